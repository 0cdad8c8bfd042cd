"""Every route asks who calls: walked over the app's own table of functions, with and without credentials."""

import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from typing import Any

import azure.functions as func
import pytest

from shared.access import settings as access
from shared.access.gate import Gate
from shared.access.roles import Assignment, Role
from shared.access.tokens import CachedKeys, TokenValidator
from tests.unit.access.issuer import AUDIENCE, AUTHORITY, PRINCIPAL, TENANT, Issuer, token

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


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    """The app's HTTP functions by name, loaded as the host loads them."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    function_app = importlib.import_module("function_app")

    found = {}
    for each in function_app.app.get_functions():
        trigger = each.get_trigger()
        if trigger is not None and trigger.type == "httpTrigger":
            found[each.get_function_name()] = each
    return found


@pytest.fixture(autouse=True)
def new_modules() -> Iterator[None]:
    """What the app registers when it is loaded is kept by its modules: they are new, and gone afterwards."""
    before = {name: module for name, module in sys.modules.items() if _is_app(name)}
    _forget()
    yield
    _forget()
    sys.modules.update(before)


def _forget() -> None:
    for name in [name for name in sys.modules if _is_app(name)]:
        del sys.modules[name]


def _is_app(name: str) -> bool:
    return name == "function_app" or name.partition(".")[0] == "triggers"


@pytest.fixture
def entra(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    gate = Gate(TokenValidator(TENANT, (AUDIENCE,), AUTHORITY, CachedKeys(Issuer()), {}))
    monkeypatch.setattr(access, "gate", lambda: gate)
    return load(monkeypatch, **ENTRA)


def request(function: Any, headers: dict[str, str]) -> func.HttpRequest:
    trigger = function.get_trigger()
    method = trigger.methods[0].value if trigger.methods else "GET"
    return func.HttpRequest(method, "http://kiln/api/x", headers=headers, route_params={}, body=b"{}")


async def call(function: Any, headers: dict[str, str]) -> func.HttpResponse:
    """Calls the user's function as the worker does, with stand-ins for its other bindings."""
    handler = function.get_user_function()
    names = [name for name in inspect.signature(handler).parameters if name not in ("req", "bound")]
    bound = {"client": CLIENT} if "client" in names or inspect.iscoroutinefunction(handler) else {}
    result = handler(req=request(function, headers), **bound)
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
    given = {PRINCIPAL: (Assignment(Role.READER),)}
    gate = Gate(TokenValidator(TENANT, (AUDIENCE,), AUTHORITY, CachedKeys(Issuer()), given))
    monkeypatch.setattr(access, "gate", lambda: gate)
    functions = load(monkeypatch, **ENTRA)
    changing = {n: f for n, f in functions.items() if request(f, {}).method != "GET"}
    assert {status for status, _ in run(changing, {"authorization": f"Bearer {token()}"}).values()} == {403}


@pytest.mark.parametrize("entra_tenant", ["", TENANT])
def test_the_host_asks_for_keys_unless_entra_is_set_up(
    monkeypatch: pytest.MonkeyPatch, entra_tenant: str
) -> None:
    functions = load(monkeypatch, KILN_ENTRA_TENANT_ID=entra_tenant)
    levels = {
        name: each.get_trigger().auth_level.value for name, each in functions.items() if name not in OPEN
    }
    assert set(levels.values()) == {"anonymous" if entra_tenant else "function"}


def test_entra_without_an_audience_lets_nobody_in() -> None:
    with pytest.raises(access.AccessSettingsError, match="KILN_ENTRA_AUDIENCES is not set"):
        access.read_gate({"KILN_ENTRA_TENANT_ID": TENANT})
    with pytest.raises(access.AccessSettingsError, match="KILN_ROLE_ASSIGNMENTS: is no JSON"):
        access.read_gate({**ENTRA, "KILN_ROLE_ASSIGNMENTS": "{"})
