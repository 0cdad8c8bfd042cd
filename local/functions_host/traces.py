"""W3C trace context on its way from a caller's headers to the functions that the call sets off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .settings import Json
from .worker_process import InvocationContext


@dataclass(frozen=True)
class Trace:
    """The `traceparent` and `tracestate` headers."""

    parent: str
    state: str


def from_headers(headers: Mapping[str, str]) -> Trace | None:
    parent = headers.get("traceparent")
    return Trace(parent, headers.get("tracestate", "")) if parent else None


def context_of(trace: Trace | None, instance_id: str | None = None) -> InvocationContext:
    """What an invocation that belongs to the trace, and perhaps to an orchestration instance, is told."""
    told: dict[str, Json] | None = {"traceParent": trace.parent, "traceState": trace.state} if trace else None
    return InvocationContext(trace=told, instance_id=instance_id)


def to_text(trace: Trace | None) -> str | None:
    """For the store."""
    return json.dumps([trace.parent, trace.state]) if trace else None


def from_text(text: str | None) -> Trace | None:
    return Trace(*json.loads(text)) if text else None
