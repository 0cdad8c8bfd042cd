"""Reads the text of a template file as JSON."""

import json

from shared.domain.problems import InvalidTemplateError, Problem
from shared.template.json_scan import MAX_DEPTH, scan_json


def load_json(text: str) -> object:
    """Parses JSON as RFC 8259 has it, and refuses what decoders silently repair.

    Raises InvalidTemplateError: for a syntax error with one problem whose path is `line 3, column 7`, for
    names that stand twice in one object with a problem each.
    """
    text = text.removeprefix("\ufeff")
    scan = scan_json(text)
    if scan.too_deep:
        raise InvalidTemplateError((Problem("", f"is nested more than {MAX_DEPTH} levels deep"),))
    try:
        document: object = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        path = f"line {error.lineno}, column {error.colno}"
        raise InvalidTemplateError((Problem(path, f"is not valid JSON: {error.msg}"),)) from error
    except ValueError as error:
        raise InvalidTemplateError((Problem("", f"is not valid JSON: {error}"),)) from error
    if scan.duplicates:
        raise InvalidTemplateError(tuple(Problem(path, "is given twice") for path in scan.duplicates))
    return document


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")
