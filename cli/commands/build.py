"""`kiln build`."""

from cli.local.environment import RESOURCE_GROUP
from cli.options import (
    FollowOption,
    GroupOption,
    JsonOption,
    NameOption,
    NoCacheOption,
    ParametersOption,
    SetOption,
    TemplateArgument,
)
from cli.output import print_json


def build(
    file: TemplateArgument,
    follow: FollowOption = False,
    name: NameOption = None,
    resource_group: GroupOption = RESOURCE_GROUP,
    values: SetOption = None,
    parameters: ParametersOption = None,
    no_cache: NoCacheOption = False,
    as_json: JsonOption = False,
) -> None:
    """Start a build of a template; a bad one is refused (exit 2) before anything is sent."""
    from cli.connect import connect
    from cli.following import follow_to_end
    from cli.template_file import load_template

    found = load_template(file, name, resource_group, values, parameters)
    with connect() as api:
        run = api.start_build(found.name, resource_group, found.document, cache=not no_cache)
        if follow:
            run = follow_to_end(api, run.id, quiet=as_json)
    if as_json:
        print_json(run.body)
    elif not follow:
        print(f"started {run.id}; follow it with: ./kiln logs {run.id} --follow")
