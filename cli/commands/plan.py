"""`kiln plan`."""

from cli.json_types import Json, child, objects, text
from cli.local.environment import RESOURCE_GROUP
from cli.options import GroupOption, JsonOption, NameOption, ParametersOption, SetOption, TemplateArgument
from cli.output import print_json, print_rows


def plan(
    file: TemplateArgument,
    name: NameOption = None,
    resource_group: GroupOption = RESOURCE_GROUP,
    values: SetOption = None,
    parameters: ParametersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what a build would create, how long the last ones took and what it costs; start nothing."""
    from cli.connect import connect
    from cli.template_file import load_template

    template = load_template(file, name, resource_group, values, parameters)
    with connect() as api:
        body = api.plan(template.name, resource_group, template.document)
    if as_json:
        print_json(body)
        return
    _show(body)


def _show(body: Json) -> None:
    resources = [
        (
            "stays" if each.get("kept") else "goes",
            text(each, "type"),
            text(each, "name"),
            text(each, "resourceGroup"),
        )
        for each in objects(body, "resources")
    ]
    print_rows(("", "type", "name", "group"), resources)
    medians = child(child(body, "history"), "medianSeconds")
    print()
    if medians:
        print_rows(
            ("stage", "seconds, as in earlier runs"), [(name, f"{spent}") for name, spent in medians.items()]
        )
    else:
        print("No run of this template has succeeded yet.")
    cost = child(body, "cost")
    print()
    print_rows(("cost", "amount", "missing"), [_cost_row(each) for each in objects(cost, "items")])
    print(text(cost, "note"))
    for note in objects(body, "notes"):
        print(f"note: {text(note, 'target')}: {text(note, 'message')}")


def _cost_row(item: Json) -> tuple[str, str, str]:
    amount = item.get("amount")
    return text(item, "what"), "" if amount is None else f"{amount}", text(item, "missing")
