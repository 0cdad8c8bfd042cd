"""What docs/security.md says of every route: roles hold for what a request is about, bodies and rates are
bounded."""

import asyncio
import json
from typing import Any

import pytest

from shared.access.rates import RateLimit
from shared.access.roles import Assignment, Role
from shared.domain.template_record import TemplateAddress
from tests.unit.access.issuer import token
from tests.unit.loaded_app import http_functions
from tests.unit.triggers.scene import MINE, RUN_OF, THEIRS
from tests.unit.triggers.test_access import OPEN, call, gate
from triggers import authorise

BEARER = {"authorization": f"Bearer {token()}"}
READ = {"InvalidRequestContent", "ValidationFailed", "NotConfigured"}
IN_BODY = {"start_build", "forecast_build"}


def let_in(monkeypatch: pytest.MonkeyPatch, role: Role, scope: str) -> None:
    opened = gate(Assignment(role, scope))
    monkeypatch.setattr(authorise, "gate", lambda: opened)


def names_for(address: TemplateAddress) -> dict[str, str]:
    return {
        "subscription": address.subscription_id,
        "group": address.resource_group,
        "template": address.name,
        "run": RUN_OF[address],
        "region": "westeurope",
        "child": address.resource_group,
    }


def status(function: Any, address: TemplateAddress, body: object = None) -> int:
    """Of a request about a template; 403 is the door's, and anything else comes from behind it."""
    route = function.get_trigger().route
    names = {name: value for name, value in names_for(address).items() if f"{{{name}}}" in route}
    answer = asyncio.run(call(function, BEARER, names, json.dumps(body or {}).encode()))
    return answer.status_code


def routes_about(*parameters: str) -> dict[str, Any]:
    """Routes that name a template, or what is one's."""
    return {
        name: function
        for name, function in http_functions().items()
        if any(f"{{{parameter}}}" in function.get_trigger().route for parameter in parameters)
    }


def test_a_role_for_a_template_holds_for_all_that_is_its_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_in(monkeypatch, Role.OWNER, MINE.id.upper())
    about = routes_about("template", "run", "region")
    assert len(about) > 20
    for name, function in about.items():
        assert (name, status(function, MINE) == 403) == (name, False)
        assert (name, status(function, THEIRS)) == (name, 403)
    for name, function in http_functions().items():
        if name not in about and name not in OPEN | IN_BODY:
            assert (name, status(function, MINE)) == (name, 403)


def test_a_role_for_a_group_holds_for_its_templates_and_their_list(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, Role.READER, MINE.id.partition("/providers/")[0])
    for name, function in routes_about("group", "run").items():
        reads = any(method.value == "GET" for method in function.get_trigger().methods)
        assert (name, status(function, MINE) == 403) == (name, not reads)
        assert (name, status(function, THEIRS)) == (name, 403)


def inline(address: TemplateAddress) -> dict[str, object]:
    return {"name": address.name, "resourceGroup": address.resource_group, "template": {}}


def stored(address: TemplateAddress) -> dict[str, object]:
    return {"templateId": address.id}


@pytest.mark.parametrize("name", sorted(IN_BODY))
@pytest.mark.parametrize("body_for", [inline, stored])
def test_who_may_build_a_template_may_plan_and_start_it_and_no_other(
    monkeypatch: pytest.MonkeyPatch, name: str, body_for: Any
) -> None:
    function = http_functions()[name]
    let_in(monkeypatch, Role.BUILDER, MINE.id)
    assert status(function, MINE, body_for(MINE)) != 403
    assert status(function, MINE, body_for(THEIRS)) == 403
    both = {**inline(MINE), **stored(THEIRS)}
    assert status(function, MINE, both) == 403
    assert status(function, MINE, {**both, "templateId": 7}) == 403
    let_in(monkeypatch, Role.READER, MINE.id)
    assert status(function, MINE, body_for(MINE)) == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"name": "web", "name": "db"}', b"\xff", b"7"])
def test_a_body_that_names_nothing_needs_the_role_everywhere(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    for name in sorted(IN_BODY):
        let_in(monkeypatch, Role.BUILDER, MINE.id)
        assert asyncio.run(call(http_functions()[name], BEARER, {}, body)).status_code == 403
        let_in(monkeypatch, Role.BUILDER, "/")
        answer = asyncio.run(call(http_functions()[name], BEARER, {}, body))
        assert answer.status_code in (400, 500)  # read, or not even that: Kiln has no settings here
        assert json.loads(answer.get_body())["error"]["code"] in READ


def closed() -> dict[str, Any]:
    return {name: function for name, function in http_functions().items() if name not in OPEN}


def test_no_route_reads_a_body_of_more_than_two_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, Role.OWNER, "/")
    for name, function in closed().items():
        answer = asyncio.run(call(function, BEARER, {}, b" " * (2 * 1024 * 1024 + 1)))
        assert (name, answer.status_code) == (name, 413)
        assert json.loads(answer.get_body())["error"]["code"] == "RequestTooLarge"


def test_every_route_bounds_the_requests_of_a_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it looks at what they may do: who is refused is bounded too."""
    let_in(monkeypatch, Role.READER, MINE.id)
    for name, function in closed().items():
        monkeypatch.setattr(authorise, "_limit", RateLimit(0.25, 1, clock=lambda: 0.0))
        first, second = (asyncio.run(call(function, BEARER)) for _ in range(2))
        assert (name, first.status_code) == (name, 403)
        assert (name, second.status_code) == (name, 429)
        assert second.headers["Retry-After"] == "4"
        assert json.loads(second.get_body())["error"]["code"] == "TooManyRequests"
