"""A template file as the user gives it: read, its placeholders filled, checked before anything is sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cli.errors import InvalidFileError, UsageError
from cli.json_types import Json
from cli.local.endpoints import Endpoints
from cli.local.home import Home
from shared.domain.problems import InvalidTemplateError, Problem
from shared.template import parse_template
from shared.template.annotate import annotate
from shared.template.json_text import load_json
from shared.template.placeholders import substitute, unresolved_placeholders

# A template is checked the same in every subscription; before the first `up` there is none to name.
NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Address:
    """Where a template is to live."""

    name: str
    resource_group: str
    subscription_id: str = NO_SUBSCRIPTION


def read_template(path: Path, address: Address, values: Mapping[str, str]) -> Json:
    """The template's JSON, every placeholder filled.

    Raises `UsageError` for a file that cannot be read, `InvalidFileError` with all problems of its content.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    text = substitute(text, values)
    try:
        return _checked(load_json(text), address)
    except InvalidTemplateError as error:
        raise invalid_file(path, text, error.problems) from error


def invalid_file(path: Path, text: str, problems: Sequence[Problem]) -> InvalidFileError:
    """All the problems of one file as the error that ends a command."""
    noun = "problem" if len(problems) == 1 else "problems"
    details = [{"code": each.code, "message": each.message, "target": each.path} for each in problems]
    return InvalidFileError(f"{path}: {len(problems)} {noun}", annotate(text, problems), details)


def address_of(path: Path, name: str | None, resource_group: str, home: Home) -> Address:
    """The file's name, with only the characters that AIB allows, unless another name is given."""
    chosen = name or re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "template"
    endpoints = Endpoints.load(home)
    return Address(chosen, resource_group, endpoints.subscriptionId if endpoints else NO_SUBSCRIPTION)


def placeholder_values(address: Address, assignments: Sequence[str]) -> dict[str, str]:
    """What `--set` gives, and what the address tells of AIB's usual placeholders."""
    known = {"subscriptionID": address.subscription_id, "rgName": address.resource_group}
    return {**known, **parse_values(assignments)}


def parse_values(assignments: Sequence[str]) -> dict[str, str]:
    """`--set name=value` options; the name with or without its angle brackets."""
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise UsageError(f"--set {assignment}: write it as name=value")
        values[name.strip("<>")] = value
    return values


def _checked(document: object, address: Address) -> Json:
    """Problems of placeholders are told alone: the others would only follow from them."""
    unfilled = unresolved_placeholders(document)
    if unfilled:
        raise InvalidTemplateError(unfilled)
    parse_template(
        document,
        subscription_id=address.subscription_id,
        resource_group=address.resource_group,
        name=address.name,
    )
    return cast("Json", document)
