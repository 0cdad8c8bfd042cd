"""Placeholders like `<region>` in template files, as AIB's quickstarts have them."""

import json
import re
from collections.abc import Iterator, Mapping

from shared.domain.problems import Problem
from shared.reading.json_path import ROOT, item, member

_PLACEHOLDER = re.compile(r"<([A-Za-z][A-Za-z0-9_-]*)>")

# In a script, <h1> or a redirection is no placeholder that somebody forgot.
_SCRIPTS = ("inline",)


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Replaces every `<name>` that has a value; the values are escaped to stand inside JSON strings."""

    def replacement(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return match[0] if value is None else json.dumps(value, ensure_ascii=False)[1:-1]

    return _PLACEHOLDER.sub(replacement, text)


def placeholder_names(text: str) -> frozenset[str]:
    """Every name that `substitute` would replace, given a value."""
    return frozenset(_PLACEHOLDER.findall(text))


def unresolved_placeholders(document: object) -> tuple[Problem, ...]:
    """A problem for each string outside of scripts that still holds placeholders, in document order."""
    return tuple(
        Problem(path, f"the placeholder {', '.join(dict.fromkeys(found))} has no value")
        for path, text in _texts(document)
        if (found := [match[0] for match in _PLACEHOLDER.finditer(text)])
    )


def _texts(document: object) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, object]] = [(ROOT, document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            inner = [(member(path, str(name)), held) for name, held in value.items() if name not in _SCRIPTS]
            waiting.extend(reversed(inner))
        elif isinstance(value, list):
            waiting.extend(reversed([(item(path, index), held) for index, held in enumerate(value)]))
