"""Looks for newer versions of everything that templates follow: Marketplace tells nobody, so Kiln asks."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.announcing import announce
from orchestrators.calls import call
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.image_events import WATCHER, EventType, ImageEvent, new_event
from shared.domain.rebuild import RebuildRequest
from shared.domain.watch import FollowedSource, FollowedSources, NewestVersion, WatchRequest

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def watch_sources(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the exact versions that were new. What cannot be looked up now is looked up the next time."""
    request = from_json(WatchRequest, context.get_input())
    sources = yield from call(context, "find_followed_sources", request, FollowedSources)
    found: dict[str, ImageEvent] = {}
    for source in sources.found:
        event = yield from _look(context, source)
        if event is not None:
            found[event.subject.lower()] = event
    for event in found.values():
        yield from _tell(context, request, event)
    return [event.subject for event in found.values()]


def _look(
    context: "DurableOrchestrationContext", source: FollowedSource
) -> Generator[Any, Any, ImageEvent | None]:
    try:
        newest = yield from call(context, "find_newest_version", source, NewestVersion)
    except BuildFailed:
        return None
    if not newest.version:
        return None
    in_gallery = newest.version.startswith("/")
    kind = EventType.IMAGE_PUBLISHED if in_gallery else EventType.MARKETPLACE_VERSION
    return new_event(kind, newest.version, context.current_utc_datetime.isoformat(), {"seenBy": WATCHER})


def _tell(
    context: "DurableOrchestrationContext", request: WatchRequest, event: ImageEvent
) -> Generator[Any, Any, None]:
    """Through the bus, which others listen to as well; without one, to those who follow."""
    if request.has_bus:
        yield from announce(context, event)
        return
    rebuild = RebuildRequest(event.id, event.subject, request.poll, event.origin)
    yield context.call_sub_orchestrator("rebuild_dependents", to_json(rebuild))
