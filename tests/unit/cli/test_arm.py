"""The demo's few requests to ARM."""

from collections.abc import Callable

import httpx
import pytest

from cli.errors import UnreachableError
from cli.local.arm import Arm, ArmError
from cli.local.environment import CloudAccess

CLOUD = CloudAccess("https://arm", "http://identity/msi/token", "secret", "/ca", "/bundle", "sub", "tenant")


def arm(resource: Callable[[httpx.Request], httpx.Response]) -> Arm:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "identity":
            assert request.headers["X-IDENTITY-HEADER"] == "secret"
            assert request.url.params["resource"] == "https://management.azure.com/"
            return httpx.Response(200, json={"access_token": "token"})
        assert request.headers["Authorization"] == "Bearer token"
        return resource(request)

    return Arm(CLOUD, transport=httpx.MockTransport(answer))


def state(name: str) -> httpx.Response:
    return httpx.Response(200, json={"properties": {"provisioningState": name}})


def test_a_put_waits_until_the_resource_is_there() -> None:
    answers = iter(["Creating", "Creating", "Succeeded"])
    requests: list[tuple[str, str]] = []

    def resource(request: httpx.Request) -> httpx.Response:
        requests.append((request.method, str(request.url)))
        return state(next(answers))

    with arm(resource) as client:
        client.put("/resourceGroups/g", "2025-04-01", {"location": "westeurope"})
    url = "https://arm/subscriptions/sub/resourceGroups/g?api-version=2025-04-01"
    assert requests == [("PUT", url), ("GET", url), ("GET", url)]


@pytest.mark.parametrize("answer", [state("Failed"), httpx.Response(409, text="Conflict")])
def test_what_arm_refuses_or_fails_is_an_error(answer: httpx.Response) -> None:
    with arm(lambda _: answer) as client, pytest.raises(ArmError, match="resourceGroups/g"):
        client.put("/resourceGroups/g", "2025-04-01", {})


def test_a_cloud_that_is_not_there_is_told() -> None:
    def resource(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with arm(resource) as client, pytest.raises(UnreachableError, match="refused"):
        client.put("/resourceGroups/g", "2025-04-01", {})
