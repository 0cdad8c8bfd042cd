"""Puts together the scripts that fetch a staged artifact inside the build VM.

The parts are files of POSIX sh beside this module, so that they can be read and checked as what they are.
They work with busybox and dash: the image being built may have no bash.
"""

import shlex
from functools import cache
from importlib.resources import files


def script_with_artifact(use: str, *, sha256: str, destination: str = "") -> str:
    """A script that fetches the artifact and then does what the part `use` says with it.

    `sha256` is the template's checksum or "". A digest that the run passes as KILN_ARTIFACT_SHA256 has
    precedence: it was taken from the very bytes that were staged, checked or not.
    """
    settings = [f'expected_sha256="${{KILN_ARTIFACT_SHA256:-{sha256}}}"']
    if destination:
        settings.append(f"destination={shlex.quote(destination)}")
    return "\n".join(
        ["#!/bin/sh", "set -eu", "exec 2>&1", *settings, "", _part("fetch_artifact.sh"), _part(use)]
    )


@cache
def _part(name: str) -> str:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    # The first line tells shellcheck and editors the language; in the middle of a script it says nothing.
    return text.removeprefix("# shellcheck shell=sh\n")
