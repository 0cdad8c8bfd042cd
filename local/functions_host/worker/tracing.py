"""W3C trace context: makes the caller's trace the current one while a function runs, if the app has
OpenTelemetry.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

_HAS_OPENTELEMETRY = importlib.util.find_spec("opentelemetry") is not None


@contextmanager
def current_trace(parent: str, state: str) -> Iterator[None]:
    """Spans that user code starts inside are children of `parent` (a traceparent header, or empty)."""
    if not parent or not _HAS_OPENTELEMETRY:
        yield
        return
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {"traceparent": parent, "tracestate": state}
    token = context.attach(TraceContextTextMapPropagator().extract(carrier))
    try:
        yield
    finally:
        context.detach(token)
