"""One item of a composite format string, as .NET writes it in the invariant culture."""

import json
import re

from arm_templates.faults import ExpressionError
from arm_templates.values import Json

_NUMERIC = re.compile(r"([DdXxNnFf])(\d{0,2})")


def format_item(value: Json, specifier: str) -> str:
    """`value` in the format `specifier`: "" or, for an int, D, X, N or F with a number of digits."""
    match = _NUMERIC.fullmatch(specifier)
    if specifier and (match is None or isinstance(value, bool) or not isinstance(value, int)):
        raise ExpressionError(f"the format {specifier!r} is not supported here for {json.dumps(value)}")
    if match is not None and isinstance(value, int):
        return _number(value, match[1], match[2])
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case str() | int() | float():
            return str(value)
        case _:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _number(value: int, kind: str, digits: str) -> str:
    match kind:
        case "D" | "d":
            sign = "-" if value < 0 else ""
            return sign + str(abs(value)).zfill(int(digits or 0))
        case "X" | "x":
            # .NET shows a negative number as its 64 bits.
            return format(value & 0xFFFF_FFFF_FFFF_FFFF if value < 0 else value, kind).zfill(int(digits or 0))
        case "N" | "n":
            return f"{value:,.{int(digits or 2)}f}"
        case _:
            return f"{value:.{int(digits or 2)}f}"
