"""What a function can see of its own invocation: its context, its retry and trace context, its `Out`
parameters.
"""

import threading
from typing import cast

import azure.functions as func
from azure.functions import _abc

from local.functions_host.settings import Json


class OutValue(func.Out[object]):
    """A `func.Out` parameter."""

    def __init__(self) -> None:
        self._value: object = None

    def set(self, val: object) -> None:
        self._value = val

    def get(self) -> object:
        return self._value


class RetryContext:
    """Where a function-level retry policy stands: `retry_count` of `max_retry_count`."""

    def __init__(self, retry: dict[str, Json]) -> None:
        self.retry_count = cast("int", retry["retryCount"])
        self.max_retry_count = cast("int", retry["maxRetryCount"])


class TraceContext(_abc.TraceContext):
    """W3C trace context of the invocation, empty if it has none."""

    def __init__(self, parent: str, state: str) -> None:
        self._parent = parent
        self._state = state

    @property
    def trace_state(self) -> str:
        return self._state

    @property
    def trace_parent(self) -> str:
        return self._parent

    @property
    def attributes(self) -> dict[str, str]:
        return {}


class InvocationContext(func.Context):
    """What a function sees as its `context: func.Context` parameter."""

    def __init__(
        self, name: str, directory: str, invocation_id: str, trace: TraceContext, retry: RetryContext | None
    ) -> None:
        self._name = name
        self._directory = directory
        self._invocation_id = invocation_id
        self._trace = trace
        self._retry = retry
        self._local = threading.local()

    @property
    def invocation_id(self) -> str:
        return self._invocation_id

    @property
    def function_name(self) -> str:
        return self._name

    @property
    def function_directory(self) -> str:
        return self._directory

    @property
    def thread_local_storage(self) -> type[threading.local]:
        # The library's annotation says "type"; its own worker hands out an instance, as here.
        return cast("type[threading.local]", self._local)

    @property
    def trace_context(self) -> TraceContext:
        return self._trace

    @property
    def retry_context(self) -> _abc.RetryContext:
        return cast("_abc.RetryContext", self._retry)
