"""Puts together the scripts that the build VM's root runs for a customizer on Linux.

The parts are files of POSIX sh in `linux/`, so that they can be read and checked as what they are. They work
with busybox and dash: the image being built may have no bash.
"""

import shlex
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from shared.customizers.script_options import variable_names
from shared.domain.steps import BUILD_USER, BUILD_USER_HOME, BUILD_USER_SUDOERS, VARIABLE_PREFIX
from shared.domain.template import ScriptOptions


def linux_script(settings: Sequence[str], *parts: str) -> str:
    """One script: its variables, then files of `linux/` or text of its own, in order."""
    text = [_part(part) if part.endswith(".sh") else part for part in parts]
    return "\n".join(["#!/bin/sh", "set -eu", "exec 2>&1", *settings, "", _part("fail.sh"), *text])


def with_layers(script: str, run_id: str, *, kept: bool = False) -> str:
    """The same script where the VM may have begun with a layer; `kept`: a layer is kept when it has ended."""
    head = ["#!/bin/sh", f"kiln_run={shlex.quote(run_id)}", _part("restore_tmp.sh")]
    return "\n".join([*head, script, *([_part("keep_layer.sh")] if kept else [])])


def artifact_settings(sha256: str) -> list[str]:
    """`sha256` is the template's checksum or "". A digest that the run passes as KILN_ARTIFACT_SHA256 has
    precedence: it was taken from the very bytes that were staged, checked or not.
    """
    return [f'expected_sha256="${{KILN_ARTIFACT_SHA256:-{sha256}}}"']


def user_settings() -> list[str]:
    """Who the build user is, for `build_user.sh`."""
    return [f"build_user={BUILD_USER}", f"home={BUILD_USER_HOME}", f"sudoers={BUILD_USER_SUDOERS}"]


def option_settings(options: ScriptOptions) -> list[str]:
    """What `run_script.sh` gives to the script: its arguments, and its variables out of the parameters.

    Values never stand in the script: only the names under which they come.
    """
    names = variable_names(options)
    exports = [f'    export {name}="${{{VARIABLE_PREFIX}{name}-}}"' for name in names]
    removal = [f"    unset {VARIABLE_PREFIX}{name}" for name in names]
    return [
        f"arguments={shlex.quote(shlex.join(options.arguments))}",
        "set_variables() {",
        *(exports + removal or ["    :"]),
        "}",
    ]


def write_script(text: str) -> str:
    """A shell function that writes a script of these lines to the file $1."""
    end = "KILN_SCRIPT"
    while end in text.split("\n"):
        end += "_"
    return f"provide_script() {{\n    cat >\"$1\" <<'{end}'\n{text}\n{end}\n}}\n"


@cache
def _part(name: str) -> str:
    text = files(__package__).joinpath("linux", name).read_text(encoding="utf-8")
    # The first line tells shellcheck and editors the language; in the middle of a script it says nothing.
    return text.removeprefix("# shellcheck shell=sh\n")
