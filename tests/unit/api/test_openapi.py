"""The OpenAPI document against the app's own route table, and against OpenAPI itself."""

import re
from collections.abc import Iterator

import pytest
from openapi_spec_validator import validate

from shared.api.openapi.document import openapi_document
from tests.unit.loaded_app import http_functions
from triggers.http_image_templates import OPERATIONS

Routes = set[tuple[str, str]]
AIBS = {(operation.method, f"/{operation.route}") for operation in OPERATIONS}


def served() -> Routes:
    """Method and path of each HTTP function."""
    return set(_served())


def _served() -> Iterator[tuple[str, str]]:
    for function in http_functions().values():
        described = function.get_trigger().get_dict_repr()
        for method in described["methods"]:
            yield str(getattr(method, "value", method)), f"/{described['route']}"


def documented() -> Routes:
    paths = openapi_document()["paths"]
    assert isinstance(paths, dict)
    return {(method.upper(), path) for path, item in paths.items() for method in dict(item or {})}


def test_every_route_of_kilns_own_is_documented_and_nothing_else() -> None:
    assert documented() == served() - AIBS


def test_the_route_table_was_read() -> None:
    assert {("GET", "/builds"), ("POST", "/builds")} | AIBS <= served()


def test_it_is_openapi() -> None:
    validate(openapi_document())


@pytest.mark.parametrize(("method", "path"), sorted(documented()))
def test_path_parameters_are_those_of_the_path(method: str, path: str) -> None:
    operation = openapi_document()["paths"][path][method.lower()]  # type: ignore[index, call-overload]
    described = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
    assert described == re.findall(r"{(\w+)}", path)


def test_operation_ids_are_distinct() -> None:
    paths = openapi_document()["paths"]
    ids = [op["operationId"] for item in paths.values() for op in item.values()]  # type: ignore[union-attr]
    assert len(ids) == len(set(ids))
