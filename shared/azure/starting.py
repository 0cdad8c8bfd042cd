"""Starts a long-running operation without waiting: the answer's headers become an `OperationRef`."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from azure.core.pipeline import PipelineResponse

from shared.domain.operations import OperationKind, OperationRef


class Poller(Protocol):
    """What the SDKs' `begin_…` methods return, as far as needed here."""

    def result(self) -> Any: ...  # noqa: ANN401 - the SDK's own annotation


def start(resource_id: str, begin: Callable[..., Poller], *args: object, **kwargs: object) -> OperationRef:
    """Calls a `begin_…` method with polling off and keeps where its operation can be polled.

    The `cls` callback is the SDKs' public way to see the raw response of an operation's first request.
    """
    headers: Mapping[str, str] = begin(*args, **kwargs, polling=False, cls=_headers).result()
    url = headers.get("Azure-AsyncOperation") or headers.get("Location") or ""
    return OperationRef(OperationKind.ARM if url else OperationKind.DONE, resource_id, url)


def _headers(response: PipelineResponse[Any, Any], _body: object, _headers: object) -> Mapping[str, str]:
    found: Mapping[str, str] = response.http_response.headers
    return found
