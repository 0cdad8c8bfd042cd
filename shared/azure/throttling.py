"""ARM's limits, kept by all calls of this process together: one refusal makes every call of its kind pause.

Limits are counted per subscription and resource provider, so a call that goes on while another was refused
only makes the refusal last. Sources, on learn.microsoft.com/azure: "Understand how Azure Resource Manager
throttles requests" and "Troubleshooting API throttling errors - Compute".
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy

from shared.domain.errors import TransientError

LONGEST_BLOCK_SECONDS = 2.0  # an activity holds a thread meanwhile; longer waits are the orchestrator's
DEFAULT_PAUSE_SECONDS = 10.0  # after a 429 that does not say
NEARLY_USED_UP = 5  # calls left of a limit
NEARLY_PAUSE_SECONDS = 1.0  # ARM refills its buckets every second
SPREAD_SECONDS = 0.05  # between calls that waited for the same moment
_SCOPE = re.compile(r"/subscriptions/[^/?]+(?:.*/providers/(?P<provider>[^/?]+))?", re.IGNORECASE)


@dataclass
class Throttle:
    """Until when the calls of a scope pause. `now` gives seconds of a clock that only runs forward."""

    now: Callable[[], float] = time.monotonic
    _ends: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, scope: str, seconds: float) -> None:
        """All calls of the scope pause for that long from now; a longer pause stays."""
        with self._lock:
            self._ends[scope] = max(self._ends.get(scope, 0.0), self.now() + seconds)

    def wait_seconds(self, scope: str) -> float:
        """How long the next call must wait, 0 for not at all. Each that asks is given a moment of its own."""
        with self._lock:
            left = self._ends.get(scope, 0.0) - self.now()
            if left <= 0:
                self._waiting.pop(scope, None)
                return 0.0
            place = self._waiting[scope] = self._waiting.get(scope, 0) + 1
            return left + place * SPREAD_SECONDS


class ThrottlePolicy(HTTPPolicy[Any, Any]):
    """A step of the clients' pipeline; one `Throttle` is shared by all of them."""

    def __init__(self, throttle: Throttle, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._throttle = throttle
        self._sleep = sleep

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Raises TransientError instead of sending while a long pause lasts."""
        scope = scope_of(request.http_request.url)
        wait = self._throttle.wait_seconds(scope)
        if wait > LONGEST_BLOCK_SECONDS:
            message = f"Azure Resource Manager limits calls to {scope}"
            raise TransientError(message, code="TooManyRequests", wait_seconds=wait, throttled=True)
        if wait:
            self._sleep(wait)
        response = self.next.send(request)
        answer = response.http_response
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._throttle.hold(scope, retry_after(answer.headers) or DEFAULT_PAUSE_SECONDS)
        elif calls_left(answer.headers) <= NEARLY_USED_UP:
            self._throttle.hold(scope, NEARLY_PAUSE_SECONDS)
        return response


def scope_of(url: str) -> str:
    """The provider whose limits a call counts against, `subscription` for those of ARM itself."""
    found = _SCOPE.search(url)
    return (found["provider"] if found and found["provider"] else "subscription").lower()


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by the answer's headers, 0 when it does not say."""
    for name, scale in (("x-ms-retry-after-ms", 1000.0), ("Retry-After", 1.0)):
        try:
            return max(0.0, float(headers[name]) / scale)
        except (KeyError, ValueError):
            continue
    return 0.0


def calls_left(headers: Mapping[str, str]) -> float:
    """The least of the limits that the answer tells of; infinite when it tells of none.

    `x-ms-ratelimit-remaining-subscription-reads: 11999`, and per provider
    `x-ms-ratelimit-remaining-resource: Microsoft.Compute/PutVM3Min;237,Microsoft.Compute/PutVM30Min;1194`.
    """
    counts = [
        part.rpartition(";")[2]
        for name, value in headers.items()
        if name.lower().startswith("x-ms-ratelimit-remaining-")
        for part in value.split(",")
    ]
    return min((int(count) for count in counts if count.strip().isdigit()), default=float("inf"))
