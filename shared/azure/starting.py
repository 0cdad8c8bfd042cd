"""Starts a long-running operation without waiting: the answer's headers become an `OperationRef`."""

from collections.abc import Callable, Mapping
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.core.polling import NoPolling

from shared.azure.errors import is_absent
from shared.domain.operations import OperationKind, OperationRef


class _FirstAnswer(NoPolling[Any]):
    """A polling method that keeps the headers of the first answer and asks no further."""

    headers: Mapping[str, str] = {}

    def initialize(self, _client: Any, initial_response: Any, _callback: Any) -> None:  # noqa: ANN401 - the SDK's types
        self.headers = initial_response.http_response.headers


def start(resource_id: str, begin: Callable[..., object], *args: object, **kwargs: object) -> OperationRef:
    """Calls a `begin_…` method and keeps where its operation can be polled."""
    return _start(OperationKind.ARM, resource_id, begin, *args, **kwargs)


def start_unless_absent(resource_id: str, begin: Callable[..., object], *args: object) -> OperationRef:
    """The same for undoing something: what is not there counts as undone."""
    try:
        return _start(OperationKind.ARM_UNDO, resource_id, begin, *args)
    except HttpResponseError as error:
        if is_absent(error):
            return OperationRef(OperationKind.DONE, resource_id)
        raise


def _start(
    kind: OperationKind, resource_id: str, begin: Callable[..., object], *args: object, **kwargs: object
) -> OperationRef:
    first = _FirstAnswer()  # type: ignore[no-untyped-call]  # the SDK's constructor has no types
    begin(*args, **kwargs, polling=first)
    url = first.headers.get("Azure-AsyncOperation") or first.headers.get("Location") or ""
    return OperationRef(kind if url else OperationKind.DONE, resource_id, url)
