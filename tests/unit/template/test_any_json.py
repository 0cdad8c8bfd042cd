"""Whatever JSON comes in: a template or problems with places, never another exception."""

import functools
import json
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.template import ImageTemplate
from shared.reading.json_path import item, member
from shared.reading.report import KILN_API_VERSION
from shared.template.annotate import annotate
from shared.template.api_versions import API_VERSIONS
from shared.template.json_text import load_json
from shared.template.placeholders import unresolved_placeholders
from shared.template.serialize import template_to_json
from tests.unit.template.samples import parse
from tests.unit.template.strategies import json_values, templates


def problems_of(document: object, api_version: str | None = None) -> tuple[Problem, ...]:
    try:
        parse(document, api_version)
    except InvalidTemplateError as error:
        return error.problems
    return ()


def check(document: object, api_version: str | None = None) -> None:
    """Reading ends in a template or in problems, which can be shown in any text."""
    problems = problems_of(document, api_version)
    assert all(problem.message for problem in problems)
    shown = annotate(json.dumps(document), problems)
    assert all(f"# E{number}" in shown for number in range(1, len(problems) + 1))


@given(json_values, st.sampled_from([*API_VERSIONS, KILN_API_VERSION]))
def test_random_json(document: object, api_version: str) -> None:
    check(document, api_version)
    check({"location": "westeurope", "properties": document}, api_version)
    unresolved_placeholders(document)


def places_of(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in children:
        yield from places_of(inner, (*path, key))


def replaced(value: object, path: tuple[str | int, ...], by: object) -> object:
    if not path:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value
    copy[path[0]] = replaced(copy[path[0]], path[1:], by)  # type: ignore[index]
    return copy


@settings(max_examples=50)
@given(templates(), json_values, st.data())
def test_a_right_template_with_one_part_replaced(
    template: ImageTemplate, by: object, data: st.DataObject
) -> None:
    document = template_to_json(template)
    path = data.draw(st.sampled_from(list(places_of(document))))
    check(replaced(document, path, by))


def misspellable(document: object) -> list[tuple[str | int, ...]]:
    """Names of fields: not the keys of maps, and not `type`, without which nothing else can be judged."""
    free = {"tags", "artifactTags", "managedResourceTags", "userAssignedIdentities", "environment", "secrets"}
    return [
        path
        for path in places_of(document)
        if path
        and isinstance(path[-1], str)
        and path[-1] not in ("type", "apiVersion")
        and not free & set(path[:-1])
    ]


@settings(max_examples=50)
@given(templates(), st.data())
def test_a_misspelt_name_is_found_where_it_stands(template: ImageTemplate, data: st.DataObject) -> None:
    document = template_to_json(template)
    *around, name = data.draw(st.sampled_from(misspellable(document)))
    held = get(document, around)
    assert isinstance(held, dict)
    renamed = {f"{key}X" if key == name else key: value for key, value in held.items()}
    where = functools.reduce(join, around, "")
    found = [problem.path for problem in problems_of(replaced(document, tuple(around), renamed))]
    assert member(where, f"{name}X") in found


def get(value: object, path: list[str | int]) -> object:
    for key in path:
        value = value[key]  # type: ignore[index]
    return value


def join(path: str, key: str | int) -> str:
    return item(path, key) if isinstance(key, int) else member(path, key)


@given(st.text() | json_values.map(json.dumps) | st.text(st.sampled_from('{}[]:,"a1 \n\\')))
def test_random_text(text: str) -> None:
    try:
        document = load_json(text)
    except InvalidTemplateError as error:
        annotate(text, error.problems)
    else:
        check(document)
