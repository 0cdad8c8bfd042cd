"""Tells of events. The orchestration's history is the outbox: what was recorded is told, whoever dies."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.errors import BuildFailed
from shared.domain.image_events import ImageEvent

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def announce(context: "DurableOrchestrationContext", event: ImageEvent) -> Generator[Any, Any, None]:
    """A bus that is away for longer than a call is repeated costs the event, never the work it tells of.

    New versions are found by the watch in that case (docs/events.md).
    """
    try:
        yield from call(context, "announce", event, type(None))
    except BuildFailed:
        return
