"""Shell: a script, from the template's own lines or fetched from a URI.

AIB hands both to Packer's shell provisioner, which logs in as an unprivileged user: inline lines become one
script under `/bin/sh -e`, a fetched script runs as it is, under its own shebang. Kiln's Managed Run Command
runs as root, so the script in it makes such a user, steps down to it, and passes the exit code on.
"""

from shared.customizers.kind import CustomizerKind, Role, on_linux
from shared.customizers.linux_script import (
    artifact_settings,
    linux_script,
    option_settings,
    user_settings,
    write_script,
)
from shared.customizers.script_options import parameters
from shared.customizers.script_source import artifact_of, read_script_members, script_to_json
from shared.domain.steps import Step
from shared.domain.template import ShellCustomizer
from shared.reading.object_reader import ObjectReader

INLINE_SHEBANG = "#!/bin/sh -e"
FETCH_SCRIPT = 'provide_script() {\n    fetch_artifact "$1"\n}\n'


def read_shell(fields: ObjectReader, role: Role) -> ShellCustomizer:
    members = read_script_members(fields, role, any_case=True)
    return ShellCustomizer(
        name=members.name,
        script_uri=members.script_uri,
        inline=members.inline,
        sha256_checksum=members.sha256_checksum,
        options=members.options,
    )


def shell_step(index: int, customizer: ShellCustomizer) -> Step:
    settings = [*user_settings(), *option_settings(customizer.options)]
    if customizer.script_uri is None:
        lines = "\n".join((INLINE_SHEBANG, *customizer.inline))
        script = linux_script(settings, write_script(lines), "build_user.sh", "run_script.sh")
    else:
        settings += artifact_settings(customizer.sha256_checksum)
        script = linux_script(settings, "fetch_artifact.sh", FETCH_SCRIPT, "build_user.sh", "run_script.sh")
    return Step(
        index,
        customizer.type,
        customizer.name,
        script,
        artifact=artifact_of(customizer),
        environment=parameters(customizer.options.environment),
        secrets=parameters(customizer.options.secrets),
    )


CUSTOMIZER = CustomizerKind("Shell", read_shell, script_to_json, shell_step, on_linux, validates=True)
