"""Shows problems in the user's own text: a mark on each faulty line, and what the marks mean at the end."""

import re
from collections.abc import Iterable

from shared.domain.problems import Problem
from shared.reading.json_path import parent
from shared.template.json_scan import scan_json

_LINE_PATH = re.compile(r"line (\d+), column \d+")


def annotate(text: str, problems: Iterable[Problem]) -> str:
    """The text with `# E1` behind the lines of the problems, and a list of them below.

    A problem of something that is missing is marked where it is missing; one of the template's address,
    which stands nowhere in the text, on the first line.
    """
    numbered = list(enumerate(problems, start=1))
    text = text.removeprefix("\ufeff")
    # Only \n ends a line, as in json's errors: strings may hold U+2028 as it is.
    lines = [line.rstrip("\r") for line in text.removesuffix("\n").split("\n")]
    find = _LineFinder(text)
    marks: dict[int, list[str]] = {}
    for number, problem in numbered:
        line = min(find.line_of(problem.path), len(lines))
        marks.setdefault(line, []).append(f"E{number}")
    width = max((len(lines[line - 1]) for line in marks), default=0)
    shown = [_marked(line, marks.get(number, []), width) for number, line in enumerate(lines, start=1)]
    listed = [f"# E{number}: {_explained(problem)}" for number, problem in numbered]
    return "\n".join([*shown, *([""] if listed else []), *listed]) + "\n"


class _LineFinder:
    """Lines, counted from 1, of places in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets = scan_json(text).offsets

    def line_of(self, path: str) -> int:
        written = _LINE_PATH.fullmatch(path)
        if written:
            return int(written[1])
        while path and path not in self._offsets:
            path = parent(path)
        return self._text.count("\n", 0, self._offsets.get(path, 0)) + 1


def _marked(line: str, marks: list[str], width: int) -> str:
    return f"{line:<{min(width, 80)}}  # {', '.join(marks)}" if marks else line


def _explained(problem: Problem) -> str:
    where = f"{problem.path}: " if problem.path else ""
    return f"{where}{problem.message} ({problem.code})"
