"""Puts together the scripts that the build VM's PowerShell runs for a customizer on Windows.

The parts are files in `windows/`. A Managed Run Command gives its parameters to a Windows script by name, so
every script begins with the `param` block of those it takes. Scripts are ASCII: Windows PowerShell 5.1 reads
a file without a byte order mark in the machine's code page.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files


def windows_script(parameters: Sequence[str], settings: Sequence[str], *parts: str) -> str:
    """One script: its parameters, its variables, then files of `windows/` in order."""
    taken = ", ".join(f"[string]${name} = ''" for name in parameters)
    head = [
        f"param({taken})",
        "$ErrorActionPreference = 'Stop'",
        "$ProgressPreference = 'SilentlyContinue'",
        "",
        *settings,
    ]
    return "\n".join([*head, "", *[_part(part) for part in parts]])


def artifact_parameters() -> list[str]:
    return ["KILN_ARTIFACT_URI", "KILN_ARTIFACT_SHA256"]


def quote(text: str) -> str:
    """A PowerShell expression of this text, in ASCII."""
    if text.isascii():
        return "'" + text.replace("'", "''") + "'"
    return f"[regex]::Unescape('{_escaped(text)}')"


def array(items: Sequence[str], *, indent: str = "    ") -> str:
    """A PowerShell array of texts, one to a line."""
    if not items:
        return "@()"
    lines = ",\n".join(f"{indent}{_argument(item)}" for item in items)
    return f"@(\n{lines}\n)"


def _argument(text: str) -> str:
    """In an array, the comma binds more tightly than a call's end."""
    return quote(text) if text.isascii() else f"({quote(text)})"


def _escaped(text: str) -> str:
    r"""As .NET's regular expressions write characters: \uXXXX, in UTF-16."""
    escaped = []
    for character in text:
        if character == "\\":
            escaped.append("\\\\")
        elif character == "'":
            escaped.append("''")
        elif character.isascii():
            escaped.append(character)
        else:
            units = character.encode("utf-16-be")
            escaped += [f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
    return "".join(escaped)


@cache
def _part(name: str) -> str:
    return files(__package__).joinpath("windows", name).read_text(encoding="utf-8")
