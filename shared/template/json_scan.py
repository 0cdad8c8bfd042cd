"""Where each value of a JSON text stands, and which names an object holds twice.

Python's own decoder tells neither. This scanner only follows the structure; it is no validator: on a text
with a syntax error it stops there and keeps what it has seen.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.reading.json_path import ROOT, item, member

# Python's decoder calls itself once per level: this is far below its limit and far above any template.
MAX_DEPTH = 100

_WORD = re.compile(r'[ \t\r\n]*(?P<word>[{}\[\]:,]|"(?:[^"\\]|\\.)*"|[^\s{}\[\]:,"]+)', re.DOTALL)


@dataclass
class _Container:
    """An object or array that is being followed; `name` is the member that is next, if it is known."""

    path: str
    is_object: bool
    name: str | None = None
    length: int = 0
    names: set[str] = field(default_factory=set)


@dataclass
class Scan:
    """`offsets`: where each path stands, in characters from the start; a member stands where its name does.

    `too_deep`: the text is nested deeper than MAX_DEPTH, and was not followed further.
    """

    offsets: dict[str, int] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    too_deep: bool = False
    _open: list[_Container] = field(default_factory=list)

    def follow(self, word: str, offset: int) -> None:
        """Takes the next word into account."""
        inside = self._open[-1] if self._open else None
        if word in ("}", "]"):
            if self._open:
                self._open.pop()
        elif word == ",":
            self._next(inside)
        elif word != ":":
            self._name_or_value(inside, word, offset)

    def _next(self, inside: _Container | None) -> None:
        if inside is not None:
            inside.name = None
            inside.length += 1

    def _name_or_value(self, inside: _Container | None, word: str, offset: int) -> None:
        if inside is not None and inside.is_object and inside.name is None and word.startswith('"'):
            self._name(inside, word, offset)
            return
        path = ROOT if inside is None else self._path_in(inside)
        self.offsets.setdefault(path, offset)
        if word in ("{", "["):
            self._open.append(_Container(path, is_object=word == "{"))
            self.too_deep = len(self._open) > MAX_DEPTH

    def _name(self, inside: _Container, word: str, offset: int) -> None:
        inside.name = _decoded(word)
        path = self._path_in(inside)
        if inside.name in inside.names:
            self.duplicates.append(path)
        inside.names.add(inside.name)
        # The decoder keeps the last of two members, so that is the one to mark.
        self.offsets[path] = offset

    def _path_in(self, inside: _Container) -> str:
        if inside.is_object:
            return member(inside.path, inside.name or "")
        return item(inside.path, inside.length)


def scan_json(text: str) -> Scan:
    """Follows the structure of a JSON text as far as it goes."""
    scan = Scan()
    for word, offset in _words(text):
        scan.follow(word, offset)
        if scan.too_deep:
            break
    return scan


def _words(text: str) -> Iterator[tuple[str, int]]:
    position = 0
    while match := _WORD.match(text, position):
        yield match["word"], match.start("word")
        position = match.end()


def _decoded(word: str) -> str:
    try:
        return str(json.loads(word, strict=False))
    except ValueError:
        return word.strip('"')
