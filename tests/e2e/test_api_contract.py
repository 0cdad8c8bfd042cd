"""Requests made from the OpenAPI document: no 5xx, no answer that the document does not describe.

KILN_API_EXAMPLES (of each operation) and KILN_BAD_TEMPLATES bound them; the nox session `api` asks for many.
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.api.openapi.document import AREAS
from shared.template.serialize import template_to_json
from tests.e2e.stack import Stack, shell, tiny
from tests.unit.template.strategies import json_values, templates
from tests.unit.template.test_any_json import places_of, problems_of, replaced

EXAMPLES = int(os.environ.get("KILN_API_EXAMPLES", "12"))
BAD_TEMPLATES = int(os.environ.get("KILN_BAD_TEMPLATES", "300"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [(route.method, route.path) for area in AREAS for route in area.routes]
bounded = hypothesis.settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def ended_run(stack: Stack) -> str:
    run_id = stack.build(tiny([shell("fail", "exit 1")]), "ended")
    assert stack.finish(run_id)["state"] == "Failed"
    return run_id


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[httpx.Client]:
    base = f"{stack.local.endpoints.functions}/api"
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def schema(client: httpx.Client, ended_run: str) -> schemathesis.BaseSchema:
    """The document as the app serves it."""
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    schema.config.update(base_url=str(client.base_url))

    @schema.hook
    def map_path_parameters(_context: Any, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        """Every other run is one that exists: what is behind the 404 is to be seen too."""
        if parameters and len(str(parameters.get("run", "x"))) % 2 == 0:
            parameters["run"] = ended_run
        return parameters

    @schema.hook
    def filter_path_parameters(_context: Any, parameters: dict[str, Any] | None) -> bool:
        """The host has no route for a path with a line break in it; the app is never asked."""
        return not any("\n" in unquote(str(value)) for value in (parameters or {}).values())

    return schema


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_described(schema: schemathesis.BaseSchema, method: str, path: str) -> None:
    operation = schema[path][method]
    modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=st.one_of(modes))
    @hypothesis.settings(bounded, max_examples=EXAMPLES)
    def every_answer_is_described(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    every_answer_is_described()


@st.composite
def bad_templates(draw: st.DrawFn) -> object:
    """A good template with one to three places of it replaced by something else, so that it is bad."""
    document: object = template_to_json(draw(templates()))
    for _ in range(draw(st.integers(1, 3))):
        document = replaced(document, draw(st.sampled_from(list(places_of(document)))), draw(json_values))
    assume(isinstance(document, dict) and problems_of(document))
    return document


@given(document=bad_templates())
@hypothesis.settings(bounded, max_examples=BAD_TEMPLATES)
def test_bad_templates_are_told_their_faults(client: httpx.Client, document: object) -> None:
    answer = client.post("/builds", json={"name": "bad", "template": document})
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["details"], error
    assert all(each["message"] and isinstance(each["target"], str) for each in error["details"])
    assert any(each["target"] for each in error["details"]), error
    assert "Traceback" not in answer.text
