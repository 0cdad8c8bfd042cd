"""A template file as the user gives it: filled, evaluated, and checked before anything is sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from arm_templates import is_deployment_template
from arm_templates.values import Json as ArmJson
from cli.deployment import Found, find_image_template
from cli.errors import InvalidFileError, UsageError
from cli.json_types import Json
from cli.local.endpoints import Endpoints
from cli.local.home import Home, current_home
from cli.parameters import read_parameters
from shared.domain.problems import InvalidTemplateError, Problem
from shared.template import parse_template
from shared.template.annotate import annotate
from shared.template.json_text import load_json
from shared.template.notes import Note, notes_of
from shared.template.placeholders import substitute, unresolved_placeholders

# A template is checked the same in every subscription; before the first `up` there is none to name.
NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Address:
    """Where a template is to live; `named` when the user said its name."""

    name: str
    resource_group: str
    subscription_id: str = NO_SUBSCRIPTION
    named: bool = False


@dataclass(frozen=True)
class TemplateFile:
    """A bare image template, the name it is to have, and what its owner should know of it."""

    name: str
    document: Json
    notes: tuple[Note, ...]


def load_template(
    path: Path,
    name: str | None,
    resource_group: str,
    values: Sequence[str] | None,
    parameters: Sequence[str] | None,
) -> TemplateFile:
    """What the options that commands share name. Raises as `read_template`."""
    address = address_of(path, name, resource_group, current_home())
    return read_template(path, address, placeholder_values(address, values or []), parameters or [])


def read_template(
    path: Path, address: Address, values: Mapping[str, str], parameters: Sequence[str] = ()
) -> TemplateFile:
    """The image template in a file: the file itself, or a resource of an ARM deployment template.

    `parameters` are `name=value` or parameter files; one beside the file is taken by itself. Raises
    `UsageError` for a file that cannot be read, `InvalidFileError` with all problems of its content.
    """
    text = substitute(read_text(path), values)
    try:
        document = load_json(text)
        if not is_deployment_template(cast("ArmJson", document)):
            return _checked(document, address)
        return _from_deployment(document, address, read_parameters(path, parameters))
    except InvalidTemplateError as error:
        raise invalid_file(path, text, error.problems) from error


def read_text(path: Path) -> str:
    """The file's text; raises `UsageError`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error


def invalid_file(path: Path, text: str, problems: Sequence[Problem]) -> InvalidFileError:
    """All the problems of one file as the error that ends a command."""
    noun = "problem" if len(problems) == 1 else "problems"
    details = [{"code": each.code, "message": each.message, "target": each.path} for each in problems]
    return InvalidFileError(f"{path}: {len(problems)} {noun}", annotate(text, problems), details)


def address_of(path: Path, name: str | None, resource_group: str, home: Home) -> Address:
    """The file's name, with only the characters that AIB allows, unless another name is given."""
    chosen = name or re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "template"
    endpoints = Endpoints.load(home)
    subscription_id = endpoints.subscriptionId if endpoints else NO_SUBSCRIPTION
    return Address(chosen, resource_group, subscription_id, named=name is not None)


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


def _from_deployment(document: object, address: Address, parameters: Mapping[str, ArmJson]) -> TemplateFile:
    """Checks what the deployment would make; the problems stand where the deployment template says it."""
    wanted = address.name if address.named else None
    found = find_image_template(
        cast("ArmJson", document), parameters, address.subscription_id, address.resource_group, wanted
    )
    try:
        return _checked(found.document, replace(address, name=found.name))
    except InvalidTemplateError as error:
        raise InvalidTemplateError(tuple(_inside(found, each) for each in error.problems)) from error


def _inside(found: Found, problem: Problem) -> Problem:
    return replace(problem, path=f"{found.path}.{problem.path}" if problem.path else found.path)


def _checked(document: object, address: Address) -> TemplateFile:
    """Problems of placeholders are told alone: the others would only follow from them."""
    unfilled = unresolved_placeholders(document)
    if unfilled:
        raise InvalidTemplateError(unfilled)
    template = parse_template(
        document,
        subscription_id=address.subscription_id,
        resource_group=address.resource_group,
        name=address.name,
    )
    return TemplateFile(address.name, cast("Json", document), notes_of(template))
