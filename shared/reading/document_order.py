"""The order in which the places of a document stand in it."""

from collections.abc import Iterable, Iterator

from shared.domain.problems import Problem
from shared.reading.json_path import ROOT, item, member, parent


def in_document_order(document: object, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorts problems by where they stand; a problem of something missing stands where it is missing from."""
    positions = {path: position for position, path in enumerate(_paths(document))}

    def position_of(problem: Problem) -> int:
        path = problem.path
        while path not in positions:
            path = parent(path)
        return positions[path]

    return tuple(sorted(problems, key=position_of))


def _paths(document: object) -> Iterator[str]:
    """Every place, depth first. A stack instead of recursion: the document may be nested without bound."""
    waiting: list[tuple[str, object]] = [(ROOT, document)]
    while waiting:
        path, value = waiting.pop()
        yield path
        if isinstance(value, dict):
            members = [(member(path, str(name)), inner) for name, inner in value.items()]
            waiting.extend(reversed(members))
        elif isinstance(value, list):
            items = [(item(path, index), inner) for index, inner in enumerate(value)]
            waiting.extend(reversed(items))
