"""Every route asks who calls: walked over the app's own table of functions, with and without credentials."""

import inspect
import json
import os
import subprocess
import sys
from typing import Any

import azure.functions as func
import pytest

from shared.access import settings as access
from shared.access.gate import Gate
from shared.access.roles import Assignment, Role
from shared.access.tokens import CachedKeys, TokenValidator
from tests.unit.access.issuer import AUDIENCE, AUTHORITY, PRINCIPAL, TENANT, Issuer, token
from tests.unit.loaded_app import http_functions
from triggers import authorise

OPEN = {"health"}
URLS = {"createNewInstancePostUri": "http://127.0.0.1:1/", "statusQueryGetUri": "http://127.0.0.1:1/"}
# What the host binds as the durable client; nothing listens there.
CLIENT = json.dumps(
    {
        "taskHubName": "hub",
        "creationUrls": URLS,
        "managementUrls": URLS,
        "baseUrl": "http://127.0.0.1:1/",
        "rpcBaseUrl": "http://127.0.0.1:1/",
    }
)
ENTRA = {"KILN_ENTRA_TENANT_ID": TENANT, "KILN_ENTRA_AUDIENCES": AUDIENCE}


def gate(*assignments: Assignment) -> Gate:
    """Asks for tokens; the one principal there is has these roles."""
    given = {PRINCIPAL: assignments}
    return Gate(TokenValidator(TENANT, (AUDIENCE,), AUTHORITY, CachedKeys(Issuer()), given))


@pytest.fixture
def entra(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    asked = gate()
    monkeypatch.setattr(authorise, "gate", lambda: asked)
    return http_functions()


def request(
    function: Any, headers: dict[str, str], names: dict[str, str] | None = None, body: bytes = b"{}"
) -> func.HttpRequest:
    trigger = function.get_trigger()
    method = trigger.methods[0].value if trigger.methods else "GET"
    url = f"http://kiln/api/{trigger.route}"
    return func.HttpRequest(method, url, headers=headers, route_params=names or {}, body=body)


async def call(
    function: Any, headers: dict[str, str], names: dict[str, str] | None = None, body: bytes = b"{}"
) -> func.HttpResponse:
    """Calls the user's function as the worker does, with stand-ins for its other bindings."""
    handler = function.get_user_function()
    bound = {each.name: CLIENT for each in function.get_bindings() if each.type == "durableClient"}
    result = handler(req=request(function, headers, names, body), **bound)
    answer: func.HttpResponse = await result if inspect.isawaitable(result) else result
    return answer


BAD = {
    "none": {},
    "basic": {"authorization": "Basic eDp5"},
    "audience": {"authorization": f"Bearer {token(aud='https://management.azure.com/')}"},
    "issuer": {"authorization": f"Bearer {token(iss='https://sts.windows.net/other/')}"},
    "key": {"authorization": f"Bearer {token(key='two')}"},
    "signature": {"authorization": f"Bearer {token(signed_by='two')}"},
    "time": {"authorization": f"Bearer {token(exp=1)}"},
    "function key": {"x-functions-key": "anything"},
}


def run(functions: dict[str, Any], headers: dict[str, str]) -> dict[str, tuple[int, Any]]:
    import asyncio

    async def all_of() -> dict[str, tuple[int, Any]]:
        found = {}
        for name, each in functions.items():
            if name not in OPEN:
                answer = await call(each, headers)
                found[name] = (answer.status_code, json.loads(answer.get_body() or b"null"))
        return found

    return asyncio.run(all_of())


@pytest.mark.parametrize("bad", BAD)
def test_every_route_but_health_refuses_who_has_no_good_token(entra: dict[str, Any], bad: str) -> None:
    assert len(entra) > 30
    for name, (status, body) in run(entra, BAD[bad]).items():
        assert (name, status) == (name, 401)
        assert body["error"]["code"] == "AuthenticationFailed"


def test_every_route_refuses_who_has_no_role(entra: dict[str, Any]) -> None:
    for name, (status, body) in run(entra, {"authorization": f"Bearer {token()}"}).items():
        assert (name, status) == (name, 403)
        assert "needs the role" in body["error"]["message"]


def test_readers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = gate(Assignment(Role.READER))
    monkeypatch.setattr(authorise, "gate", lambda: reader)
    changing = {n: f for n, f in http_functions().items() if request(f, {}).method != "GET"}
    assert {status for status, _ in run(changing, {"authorization": f"Bearer {token()}"}).values()} == {403}


@pytest.mark.parametrize("entra_tenant", ["", TENANT])
def test_the_host_asks_for_keys_unless_entra_is_set_up(entra_tenant: str) -> None:
    """The level is settled when the app is loaded: in a process of its own."""
    script = "from tests.unit.triggers.test_access import levels; print(*levels())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "KILN_ENTRA_TENANT_ID": entra_tenant},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {"anonymous" if entra_tenant else "function"}


def levels() -> list[str]:
    guarded = [each for name, each in http_functions().items() if name not in OPEN]
    return [str(each.get_trigger().auth_level.value) for each in guarded]


def test_entra_without_an_audience_lets_nobody_in() -> None:
    with pytest.raises(access.AccessSettingsError, match="KILN_ENTRA_AUDIENCES is not set"):
        access.read_gate({"KILN_ENTRA_TENANT_ID": TENANT})
    with pytest.raises(access.AccessSettingsError, match="KILN_ROLE_ASSIGNMENTS: is no JSON"):
        access.read_gate({**ENTRA, "KILN_ROLE_ASSIGNMENTS": "{"})
