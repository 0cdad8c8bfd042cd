"""`--parameters` of a deployment template: files and single values, as `az deployment` takes them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from arm_templates import TemplateError, read_parameter_file
from arm_templates.values import Json
from cli.errors import UsageError
from shared.domain.problems import InvalidTemplateError
from shared.template.json_text import load_json


def read_parameters(template: Path, given: Sequence[str]) -> dict[str, Json]:
    """Values by name; the later of two counts.

    Without a file among `given`, `<template>.parameters.json` is read if it is there. Raises UsageError for
    a file that cannot be read or is no parameter file.
    """
    files = [one for one in given if "=" not in one]
    beside = template.with_suffix(".parameters.json")
    values = _from_file(beside) if not files and beside.is_file() else {}
    for one in given:
        name, equals, value = one.partition("=")
        if equals:
            values[name] = _typed(value)
        else:
            values |= _from_file(Path(one.removeprefix("@")))
    return values


def _from_file(path: Path) -> dict[str, Json]:
    try:
        return read_parameter_file(cast("Json", load_json(path.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    except InvalidTemplateError as error:
        raise UsageError(f"{path}: {error}") from error
    except TemplateError as error:
        raise UsageError(f"{path}: {error}") from error


def _typed(text: str) -> Json:
    """As az reads it: JSON where it is some, else the text itself."""
    try:
        value: Json = json.loads(text)
    except ValueError:
        return text
    return value
