"""Tells of events; what the bus does not take now waits in the outbox."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.errors import BuildFailed
from shared.domain.image_events import ImageEvent

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def announce(context: "DurableOrchestrationContext", event: ImageEvent) -> Generator[Any, Any, None]:
    """Never fails the work that the event tells of.

    What cannot even be kept could not be recorded either, and is found by the watch (docs/events.md).
    """
    try:
        yield from call(context, "announce", event, type(None))
    except BuildFailed:
        return
