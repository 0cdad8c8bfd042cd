"""Starts a long-running operation without waiting: the answer's headers become an `OperationRef`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.core.polling import NoPolling

from shared.azure.errors import is_absent
from shared.azure.throttling import retry_after
from shared.domain.operations import OperationKind, OperationRef

_PLACE = re.compile(r"/locations/([^/?]+)/", re.IGNORECASE)


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
    if not url:
        return OperationRef(OperationKind.DONE, resource_id)
    what = described(url, resource_id, getattr(begin, "__name__", "operation").removeprefix("begin_"))
    return OperationRef(kind, resource_id, url, what, retry_after(first.headers))


def described(url: str, resource_id: str, verb: str) -> str:
    """An operation's kind by where its URL says it runs, the type of its resource and the SDK's verb:
    `westeurope virtualMachines deallocate`.
    """
    place = _PLACE.search(url)
    kind = ".".join(resource_id.partition("/providers/")[2].split("/")[1::2]) or "resourceGroups"
    return f"{place[1].lower() if place else 'anywhere'} {kind} {verb}"
