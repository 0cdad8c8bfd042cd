"""Events about images: a new version of one rebuilds what was built on it."""

import asyncio
import hashlib
import json

import azure.durable_functions as df
import azure.functions as func

from shared.azure.bus import EVENTS_TOPIC
from shared.domain.codec import to_json
from shared.domain.image_events import ImageEvent, InvalidEventError, from_cloud_event
from shared.domain.rebuild import RebuildRequest
from shared.services import Services, services
from shared.settings import BUS_CONNECTION
from shared.starting import Durable
from triggers.durable_client import DurableClient

bp = df.Blueprint()
SUBSCRIPTION = "kiln"


@bp.service_bus_topic_trigger(
    arg_name="message",
    connection=BUS_CONNECTION,
    topic_name=EVENTS_TOPIC,
    subscription_name=SUBSCRIPTION,
)
@bp.durable_client_input(client_name="client")
async def image_event(message: func.ServiceBusMessage, client: df.DurableOrchestrationClient) -> None:
    """The message is settled when the rebuild is durably started; an exception has it delivered again."""
    await asyncio.to_thread(_take, message, DurableClient.of(client))


def _take(message: func.ServiceBusMessage, durable: Durable) -> None:
    kiln = services()
    try:
        event = from_cloud_event(json.loads(message.get_body()))
    except (ValueError, InvalidEventError) as error:
        reject(kiln, message, EVENTS_TOPIC, "InvalidEvent", str(error))
        return
    if event.new_version:
        start_rebuild(kiln, durable, event)


def start_rebuild(kiln: Services, durable: Durable, event: ImageEvent) -> None:
    """Starts the rebuild unless an earlier copy's goes on.

    After that one has ended a copy looks again, and finds everything current but who has begun to follow the
    image meanwhile: the watch tells the same news until everybody has it.
    """
    digest = hashlib.sha256(f"{event.source} {event.id}".encode()).hexdigest()
    instance = f"rebuild-{digest[:32]}"
    current = durable.find(instance)
    if current is None or current.ended:
        request = RebuildRequest(event.id, event.new_version, kiln.settings.poll, event.origin)
        durable.start("rebuild_dependents", instance, to_json(request))


def reject(
    kiln: Services, message: func.ServiceBusMessage, entity: str, reason: str, description: str
) -> None:
    """A message that no attempt can make use of; its copy is kept before the message itself is settled."""
    if kiln.bus is None:
        raise AssertionError("a message came without a bus")
    kiln.bus.reject(message.get_body(), message.message_id, entity, reason, description)
