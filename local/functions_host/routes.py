"""ASP.NET route templates, as HTTP triggers use them: `items/{id:int}/{name?}`, `files/{*path}`, constraints,
literals.

Source: ASP.NET Core's route template and constraint reference.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

# In a regex constraint braces and brackets are doubled, as everywhere in a template.
_ARGUMENT = r"\((?:[^{}]|\{\{|\}\})*?\)"
_PARAMETER = re.compile(
    r"\{(?P<star>\*{0,2})(?P<name>\w+)"
    rf"(?P<constraints>(?::\w+(?:{_ARGUMENT})?(?=[:=?}}]))*)"
    r"(?:=(?P<default>[^}?]*))?(?P<optional>\?)?\}"
)
_CONSTRAINT = re.compile(r"(\w+)(?:\((.*)\))?")
_NUMBER = r"[+-]?\d+"
_DECIMAL = r"[+-]?\d+(\.\d+)?"
_GUID = r"\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?"
_PATTERNS = {
    "int": _NUMBER,
    "long": _NUMBER,
    "decimal": _DECIMAL,
    "double": _DECIMAL,
    "float": _DECIMAL,
    "bool": r"(?i:true|false)",
    "guid": _GUID,
    "alpha": r"[A-Za-z]*",
    "datetime": r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?",
    "required": r".+",
}
_INT_BOUNDS = {"int": 2**31, "long": 2**63}
# How specific a segment is, most specific first: ASP.NET tries routes in this order.
_LITERAL, _CONSTRAINED, _PLAIN, _CATCH_ALL = range(4)


@dataclass(frozen=True)
class RouteTemplate:
    """A compiled template. `precedence` orders templates, the more specific first."""

    template: str
    pattern: re.Pattern[str]
    checks: tuple[tuple[str, Callable[[str], bool]], ...]
    defaults: tuple[tuple[str, str], ...]
    precedence: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """The route's parameters for a path without leading slash, None if it does not match."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values = {name: value for name, value in found.groupdict().items() if value}
        if not all(check(values[name]) for name, check in self.checks if name in values):
            return None
        return {**dict(self.defaults), **values}


def compile_template(template: str) -> RouteTemplate:
    """Raises ValueError for a template or constraint this host cannot read."""
    pattern, precedence = "", []
    checks: list[tuple[str, Callable[[str], bool]]] = []
    defaults: list[tuple[str, str]] = []
    for segment in filter(
        None, template.strip("/").split("/") if "{" not in template else _segments(template)
    ):
        text, rank = _segment(segment, checks, defaults)
        may_be_absent = _may_be_absent(segment)
        separator = "/" if pattern else ""
        pattern += f"(?:{separator}{text})?" if may_be_absent else separator + text
        precedence.append(rank)
    return RouteTemplate(
        template, re.compile(pattern, re.IGNORECASE), tuple(checks), tuple(defaults), tuple(precedence)
    )


def _segments(template: str) -> list[str]:
    """Splits at slashes outside braces: a regex constraint may contain one."""
    segments, depth = [""], 0
    for character in template.strip("/"):
        depth += (character == "{") - (character == "}")
        if character == "/" and depth == 0:
            segments.append("")
        else:
            segments[-1] += character
    return segments


def _segment(
    segment: str, checks: list[tuple[str, Callable[[str], bool]]], defaults: list[tuple[str, str]]
) -> tuple[str, int]:
    text, position, rank = "", 0, _LITERAL
    for found in _PARAMETER.finditer(segment):
        text += re.escape(segment[position : found.start()])
        position = found.end()
        name, star = found["name"], found["star"]
        rank = max(rank, _CATCH_ALL if star else _CONSTRAINED if found["constraints"] else _PLAIN)
        text += f"(?P<{name}>{'.*' if star else '[^/]+?'})"
        checks += [(name, check) for check in _constraints(found["constraints"] or "")]
        if found["default"] is not None:
            defaults.append((name, found["default"]))
    rest = segment[position:]
    if "{" in rest or "}" in rest:
        raise ValueError(f"'{segment}' is not a valid route segment")
    return text + re.escape(rest), rank


def _may_be_absent(segment: str) -> bool:
    found = _PARAMETER.fullmatch(segment)
    return found is not None and bool(found["optional"] or found["star"] or found["default"] is not None)


def _constraints(text: str) -> list[Callable[[str], bool]]:
    return [_constraint(part) for part in re.findall(r":(\w+(?:\(.*?\))?)(?=:|$)", text)]


def _constraint(text: str) -> Callable[[str], bool]:
    found = _CONSTRAINT.fullmatch(text)
    name, argument = (found[1].lower(), found[2] or "") if found else ("", "")
    if name in _PATTERNS and not argument:
        return _by_pattern(_PATTERNS[name], _INT_BOUNDS.get(name))
    if name == "regex":
        compiled = re.compile(re.sub(r"([{}\[\]])\1", r"\1", argument), re.IGNORECASE)
        return lambda value: compiled.search(value) is not None
    numbers = (
        [int(number) for number in argument.split(",")]
        if re.fullmatch(r"-?\d+(,\s*-?\d+)?", argument)
        else []
    )
    check = _by_numbers(name, numbers)
    if check is None:
        raise ValueError(f"'{text}' is not a route constraint this host knows")
    return check


def _by_pattern(pattern: str, bound: int | None) -> Callable[[str], bool]:
    compiled = re.compile(pattern)

    def check(value: str) -> bool:
        return compiled.fullmatch(value) is not None and (bound is None or -bound <= int(value) < bound)

    return check


def _by_numbers(name: str, numbers: list[int]) -> Callable[[str], bool] | None:
    match name, numbers:
        case "length", [size]:
            return lambda value: len(value) == size
        case "length", [low, high]:
            return lambda value: low <= len(value) <= high
        case "minlength", [size]:
            return lambda value: len(value) >= size
        case "maxlength", [size]:
            return lambda value: len(value) <= size
        case "min", [low]:
            return lambda value: _is_number(value) and int(value) >= low
        case "max", [high]:
            return lambda value: _is_number(value) and int(value) <= high
        case "range", [low, high]:
            return lambda value: _is_number(value) and low <= int(value) <= high
    return None


def _is_number(value: str) -> bool:
    return re.fullmatch(_NUMBER, value) is not None
