"""One refusal makes all calls of its kind pause; short pauses are slept, long ones are the orchestrator's."""

from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock

import pytest
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy

from shared.azure.throttling import Throttle, ThrottlePolicy, calls_left, retry_after, scope_of
from shared.domain.errors import TransientError

COMPUTE = "https://arm/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
NETWORK = "https://arm/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic"


@dataclass
class Service(HTTPPolicy[Any, Any]):
    """Answers with what the test lays out, and knows the time."""

    answers: list[tuple[int, dict[str, str]]]
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        status, headers = self.answers.pop(0)
        return PipelineResponse(request.http_request, Mock(status_code=status, headers=headers), Mock())

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Client:
    service: Service

    def __post_init__(self) -> None:
        self.throttle = Throttle(now=lambda: self.service.now)
        self.policy = ThrottlePolicy(self.throttle, sleep=self.service.sleep)

    def get(self, url: str) -> int:
        self.policy.next = self.service
        request = PipelineRequest(Mock(url=url), Mock())
        return int(self.policy.send(request).http_response.status_code)


def client(*answers: tuple[int, dict[str, str]]) -> Client:
    return Client(Service(list(answers)))


def test_a_long_pause_is_not_slept_but_told() -> None:
    compute = client((429, {"Retry-After": "60"}), (200, {}))
    assert compute.get(COMPUTE) == 429
    with pytest.raises(TransientError) as caught:
        compute.get(COMPUTE)
    assert caught.value.throttled
    assert caught.value.wait_seconds == pytest.approx(60, abs=0.1)
    assert compute.service.slept == []
    compute.service.now = 61
    assert compute.get(COMPUTE) == 200


def test_a_short_pause_is_slept() -> None:
    compute = client((429, {"Retry-After": "1"}), (200, {}))
    assert (compute.get(COMPUTE), compute.get(COMPUTE)) == (429, 200)
    assert compute.service.slept == [pytest.approx(1, abs=0.1)]


def test_another_provider_goes_on() -> None:
    both = client((429, {"Retry-After": "60"}), (200, {}))
    assert (both.get(COMPUTE), both.get(NETWORK)) == (429, 200)


def test_waiters_come_back_one_after_the_other() -> None:
    throttle = Throttle(now=lambda: 0.0)
    throttle.hold("compute", 10)
    waits = [throttle.wait_seconds("compute") for _ in range(3)]
    assert waits == sorted(set(waits))


def test_a_limit_that_is_nearly_used_up_slows_down_before_it_is() -> None:
    left = {
        "x-ms-ratelimit-remaining-resource": "Microsoft.Compute/PutVM3Min;2,Microsoft.Compute/PutVM30Min;90"
    }
    compute = client((200, left), (200, {}))
    assert (compute.get(COMPUTE), compute.get(COMPUTE)) == (200, 200)
    assert compute.service.slept == [pytest.approx(1, abs=0.1)]


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({}, float("inf")),
        ({"x-ms-ratelimit-remaining-subscription-reads": "11999"}, 11999),
        ({"x-ms-ratelimit-remaining-resource": "A/One;7, A/Two;3"}, 3),
        ({"x-ms-ratelimit-remaining-resource": "nonsense"}, float("inf")),
    ],
)
def test_calls_left(headers: dict[str, str], least: float) -> None:
    assert calls_left(headers) == least


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7.0), ({"Retry-After": "soon"}, 0.0), ({"x-ms-retry-after-ms": "50"}, 0.05)],
)
def test_retry_after(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        (COMPUTE, "microsoft.compute"),
        ("https://arm/subscriptions/s/resourceGroups/g?api-version=1", "subscription"),
        (
            "https://arm/subscriptions/s/providers/Microsoft.Compute/locations/w/operations/1",
            "microsoft.compute",
        ),
    ],
)
def test_scopes(url: str, scope: str) -> None:
    assert scope_of(url) == scope
