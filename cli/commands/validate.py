"""`kiln validate`."""

from dataclasses import asdict

from cli.local.environment import RESOURCE_GROUP
from cli.options import GroupOption, JsonOption, NameOption, ParametersOption, SetOption, TemplateArgument
from cli.output import print_json


def validate(
    file: TemplateArgument,
    name: NameOption = None,
    resource_group: GroupOption = RESOURCE_GROUP,
    values: SetOption = None,
    parameters: ParametersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a template without sending it anywhere; exit 2 with every problem and its path."""
    from cli.template_file import load_template

    template = load_template(file, name, resource_group, values, parameters)
    if as_json:
        print_json({"valid": True, "notes": [asdict(note) for note in template.notes]})
        return
    print(f"{file}: a valid template")
    for note in template.notes:
        print(f"note: {note.path}: {note.text}")
