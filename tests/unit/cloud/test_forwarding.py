"""What goes on to a resource provider that is served elsewhere, and what comes back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.cloud import guards
from local.cloud.arm_ids import RESOURCE_GROUP_TYPE, ArmId, parse_path
from local.cloud.errors import ArmError
from local.cloud.forwarding import Forwarding, Provider, parse_forward
from local.cloud.managed_state import Immediately
from local.cloud.operations import Operations
from local.cloud.requests import Answer, ArmRequest
from local.cloud.settings import SUBSCRIPTION_ID, CloudSettings
from local.cloud.store import Store

NAMESPACE = "Microsoft.VirtualMachineImages"
GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/images"
TEMPLATE = f"{GROUP}/providers/{NAMESPACE}/imageTemplates/web"
CLAIMS = {"oid": "object", "appid": "application", "tid": "tenant", "sub": "subject", "unique_name": "ann"}


class Elsewhere:
    """A provider that keeps what it was sent."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer, self.requests = answer, list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def forward(
    tmp_path: Path, elsewhere: Elsewhere, path: str = TEMPLATE, body: bytes = b"", **headers: str
) -> Answer:
    settings = CloudSettings("https://arm", "", tmp_path, "")
    store = Store(tmp_path / "cloud.sqlite")
    providers = {NAMESPACE.lower(): Provider(NAMESPACE, "http://app/api")}
    operations = Operations(store, Immediately())
    forwarding = Forwarding(settings, store, operations, providers, httpx.MockTransport(elsewhere))
    request = ArmRequest("PUT", path, parse_path(path), {"api-version": "2025-10-01"}, headers, body)
    assert forwarding.takes(request)
    try:
        return asyncio.run(forwarding.answer(request, CLAIMS))
    finally:
        store.close()


@pytest.fixture
def elsewhere() -> Elsewhere:
    headers = {"Azure-AsyncOperation": "https://arm/op", "ETag": "1", "Server": "app"}
    return Elsewhere(httpx.Response(201, json={"name": "web"}, headers=headers))


def test_the_callers_token_stays_and_their_identity_goes_on(
    tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARD_KEY", "the-key")
    monkeypatch.setattr(guards, "check_group", lambda *_, **__: None)
    given = {
        "authorization": "Bearer secret",
        "if-match": "1",
        "x-functions-key": "forged",
        "x-ms-client-principal-name": "forged",
        "x-kiln-allow-update": "true",
    }
    answer = forward(tmp_path, elsewhere, body=b'{"a": 1}', **given)
    [sent] = elsewhere.requests
    assert str(sent.url) == f"http://app/api{TEMPLATE}?api-version=2025-10-01"
    assert json.loads(sent.content) == {"a": 1}
    assert "authorization" not in sent.headers
    assert sent.headers["referer"] == f"https://arm{TEMPLATE}?api-version=2025-10-01"
    assert (sent.headers["if-match"], sent.headers["x-kiln-allow-update"]) == ("1", "true")
    assert sent.headers["x-functions-key"] == "the-key"
    assert sent.headers["x-ms-client-principal-name"] == "ann"
    assert sent.headers["x-ms-client-object-id"] == "object"
    assert (answer.status, answer.body) == (201, {"name": "web"})
    assert answer.headers == {"Azure-AsyncOperation": "https://arm/op", "ETag": "1"}


def test_the_group_must_exist(tmp_path: Path, elsewhere: Elsewhere) -> None:
    with pytest.raises(ArmError) as caught:
        forward(tmp_path, elsewhere)
    assert (caught.value.status, caught.value.code) == (404, "ResourceGroupNotFound")
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (httpx.ConnectError("no"), 503, "ServiceUnavailable"),
        (httpx.Response(500), 502, "BadGateway"),
        (httpx.Response(200, text="<html>"), 502, "BadGateway"),
    ],
)
def test_a_provider_that_fails_is_said_to_have(tmp_path: Path, answer: Any, status: int, code: str) -> None:
    path = f"/providers/{NAMESPACE}/operations"
    with pytest.raises(ArmError) as caught:
        forward(tmp_path, Elsewhere(answer), path)
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize("text", ["", "Microsoft.X", "Microsoft.X=ftp://host", "=http://host"])
def test_an_option_names_a_namespace_and_an_address(text: str) -> None:
    assert parse_forward("Microsoft.X=http://host/api/") == Provider("Microsoft.X", "http://host/api")
    with pytest.raises(ValueError, match="NAMESPACE="):
        parse_forward(text)


def test_a_group_is_found_by_its_id() -> None:
    assert ArmId(SUBSCRIPTION_ID, "images").type == RESOURCE_GROUP_TYPE
