"""Places in a JSON document, written as ARM writes them: `properties.customize[2].scriptUri`."""

import re

ROOT = ""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LAST_SEGMENT = re.compile(r"(\[\d+\]|\['(?:[^'\\]|\\.)*'\]|\.?[A-Za-z_][A-Za-z0-9_-]*)$")


def member(path: str, name: str) -> str:
    """The place of an object's member; a name that is no plain word is quoted: `tags['a.b']`."""
    if not _PLAIN_NAME.fullmatch(name):
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        return f"{path}['{quoted}']"
    return f"{path}.{name}" if path else name


def item(path: str, index: int) -> str:
    """The place of an array's item."""
    return f"{path}[{index}]"


def parent(path: str) -> str:
    """The place around `path`; the root's is the root."""
    match = _LAST_SEGMENT.search(path)
    return path[: match.start()] if match else ROOT
