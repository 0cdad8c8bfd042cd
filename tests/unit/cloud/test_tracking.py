"""What Resource Manager remembers of a provider's resources, however provider and cloud fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.cloud import forwarded_resources
from local.cloud.arm_ids import ArmId, parse_id, parse_path
from local.cloud.errors import ArmError
from local.cloud.forwarded_resources import ForwardedResources
from local.cloud.forwarding import Forwarding, Provider
from local.cloud.managed_state import Immediately
from local.cloud.operations import Operations
from local.cloud.requests import ArmRequest
from local.cloud.settings import SUBSCRIPTION_ID, CloudSettings
from local.cloud.store import Resource, Store

NAMESPACE = "Microsoft.VirtualMachineImages"
GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/images"
TEMPLATE = f"{GROUP}/providers/{NAMESPACE}/imageTemplates/web"
TAKEN = httpx.Response(201, json={"name": "web", "location": "westeurope", "properties": {"a": 1}})


@dataclass
class Elsewhere:
    """A provider that answers what it is told, one after the other."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[2]}")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Scene:
    """A cloud's memory, and the provider."""

    store: Store
    forwarding: Forwarding
    elsewhere: Elsewhere

    def send(self, method: str, *answers: httpx.Response | Exception) -> None:
        self.elsewhere.answers = list(answers)
        request = ArmRequest(method, TEMPLATE, parse_path(TEMPLATE), {"api-version": "2025-10-01"}, {})
        self.run(lambda: self.forwarding.answer(request, {}))

    def remove(self, *answers: httpx.Response | Exception) -> None:
        """As the deletion of the group does."""
        self.elsewhere.answers, self.elsewhere.asked = list(answers), []
        cloud: Any = self
        handler = ForwardedResources(cloud, cloud, self.forwarding, {})
        self.run(lambda: handler.remove(parse_id(TEMPLATE)))

    def run(self, act: Callable[[], Awaitable[object]]) -> None:
        async def run() -> None:
            await act()

        asyncio.run(run())

    @property
    def known(self) -> Resource | None:
        return self.store.find(TEMPLATE)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(forwarded_resources, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(forwarded_resources, "PATIENCE_SECONDS", 0.004)
    store = Store(tmp_path / "cloud.sqlite")
    store.save(Resource(ArmId(SUBSCRIPTION_ID, "images"), {"properties": {"provisioningState": "Succeeded"}}))
    elsewhere = Elsewhere()
    forwarding = Forwarding(
        CloudSettings("https://arm", "", tmp_path, ""),
        store,
        Operations(store, Immediately()),
        {NAMESPACE.lower(): Provider(NAMESPACE, "http://app")},
        httpx.MockTransport(elsewhere.handle),
    )
    yield Scene(store, forwarding, elsewhere)
    store.close()


def test_what_was_taken_is_remembered_without_its_properties(scene: Scene) -> None:
    scene.send("PUT", TAKEN)
    assert scene.known
    assert scene.known.document == {"name": "web", "location": "westeurope", "properties": {}}
    scene.send("DELETE", httpx.Response(204))
    assert scene.known is None


@pytest.mark.parametrize("end", [httpx.ReadTimeout("no"), httpx.Response(500), httpx.Response(409, json={})])
def test_what_may_have_been_taken_is_expected(scene: Scene, end: httpx.Response | Exception) -> None:
    try:
        scene.send("PUT", end)
    except ArmError as error:
        assert error.status >= 500  # noqa: PT017 - not every end raises
    assert scene.known
    assert "location" not in scene.known.document  # no list shows it
    scene.remove(httpx.Response(204))


def test_what_was_refused_is_forgotten_unless_it_was_there(scene: Scene) -> None:
    scene.send("PUT", httpx.Response(400, json={}))
    assert scene.known is None
    scene.send("PUT", TAKEN)
    scene.send("PUT", httpx.Response(400, json={}))
    assert scene.known


def test_a_deletion_is_followed_to_its_end_also_while_the_provider_is_away(scene: Scene) -> None:
    scene.send("PUT", TAKEN)
    going_on = httpx.Response(
        202,
        headers={
            "Location": f"https://arm/providers/{NAMESPACE}/locations/x/operationResults/1?a=b",
            "Retry-After": "0",
        },
    )
    away = httpx.ConnectError("no")
    scene.remove(away, httpx.Response(503, json={}), going_on, away, going_on, httpx.Response(200, json={}))
    assert scene.elsewhere.asked == ["DELETE web"] * 3 + ["GET 1"] * 3


def test_a_deletion_that_the_provider_refuses_fails_with_its_words(scene: Scene) -> None:
    scene.send("PUT", TAKEN)
    refusal = {"error": {"code": "OperationNotAllowed", "message": "a run goes on"}}
    with pytest.raises(ArmError) as caught:
        scene.remove(httpx.Response(409, json=refusal))
    assert (caught.value.code, caught.value.message) == ("OperationNotAllowed", "a run goes on")
    with pytest.raises(ArmError):
        scene.remove(*[httpx.ConnectError("no")] * 4)
    assert scene.known


def test_nothing_is_put_into_a_group_that_is_going(scene: Scene) -> None:
    with scene.store.edit(ArmId(SUBSCRIPTION_ID, "images")) as group:
        group.properties["provisioningState"] = "Deleting"
    with pytest.raises(ArmError) as caught:
        scene.send("PUT", TAKEN)
    assert caught.value.code == "ResourceGroupBeingDeleted"
    assert scene.elsewhere.asked == []
