"""W3C trace context on its way from a caller's headers to the functions that the call sets off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .worker_process import NO_CONTEXT, InvocationContext


@dataclass(frozen=True)
class Trace:
    """The `traceparent` and `tracestate` headers."""

    parent: str
    state: str

    def context(self) -> InvocationContext:
        return InvocationContext(trace={"traceParent": self.parent, "traceState": self.state})


def from_headers(headers: Mapping[str, str]) -> Trace | None:
    parent = headers.get("traceparent")
    return Trace(parent, headers.get("tracestate", "")) if parent else None


def context_of(trace: Trace | None) -> InvocationContext:
    """What an invocation that belongs to the trace is told."""
    return trace.context() if trace else NO_CONTEXT


def to_text(trace: Trace | None) -> str | None:
    """For the store."""
    return json.dumps([trace.parent, trace.state]) if trace else None


def from_text(text: str | None) -> Trace | None:
    return Trace(*json.loads(text)) if text else None
