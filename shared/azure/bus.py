"""Service Bus: Kiln's events go out to a topic, messages that it cannot use to a queue of their own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender

from shared.domain.errors import TransientError
from shared.domain.image_events import ImageEvent, to_cloud_event
from shared.settings import Settings

EVENTS_TOPIC = "image-events"
REQUESTS_QUEUE = "build-requests"
REJECTED_QUEUE = "rejected-messages"
ATTEMPTS = 2
CLOUD_EVENT = "application/cloudevents+json"
# A header field of a message holds little; the rest of a long list of problems adds nothing.
LONGEST_DESCRIPTION = 4096


@dataclass(frozen=True)
class Bus:
    """Sends messages. To open and close a link takes a second, so each stays open; a lock guards it, because
    senders are not made for threads. The SDK opens one again that the service has closed.
    """

    client: ServiceBusClient
    _senders: dict[str, ServiceBusSender] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def announce(self, event: ImageEvent) -> None:
        """Publishes the event under its own id, so that a topic that detects duplicates drops them."""
        message = ServiceBusMessage(
            json.dumps(to_cloud_event(event)),
            message_id=event.id,
            subject=event.type.value,
            content_type=CLOUD_EVENT,
        )
        with _bus_errors("publish an event"):
            self._send(EVENTS_TOPIC, self.client.get_topic_sender, message)

    def reject(self, body: bytes, message_id: str, entity: str, reason: str, description: str) -> None:
        """Keeps a copy of a message that no attempt could use, the reason in its properties.

        The names are those of Service Bus's own dead-lettering, which Python's Functions triggers cannot do.
        """
        message = ServiceBusMessage(
            body,
            message_id=message_id,
            application_properties={
                "DeadLetterReason": reason,
                "DeadLetterErrorDescription": description[:LONGEST_DESCRIPTION],
                "DeadLetterSource": entity,
            },
        )
        with _bus_errors("reject a message"):
            self._send(REJECTED_QUEUE, self.client.get_queue_sender, message)

    def _send(
        self, entity: str, open_sender: Callable[[str], ServiceBusSender], message: ServiceBusMessage
    ) -> None:
        with self._lock:
            sender = self._senders.get(entity) or open_sender(entity)
            try:
                sender.send_messages(message)
            except AzureError:
                self._senders.pop(entity, None)
                sender.close()
                raise
            self._senders[entity] = sender


def make_bus(settings: Settings, credential: TokenCredential) -> Bus | None:
    """By connection string where there is one, else with the app's identity; None without either setting.

    What fails is sent again by those who send, from the outbox or when a message is delivered again.
    """
    if settings.bus_connection:
        return Bus(ServiceBusClient.from_connection_string(settings.bus_connection, retry_total=ATTEMPTS - 1))
    if settings.bus_namespace:
        return Bus(ServiceBusClient(settings.bus_namespace, credential, retry_total=ATTEMPTS - 1))
    return None


@contextmanager
def _bus_errors(what: str) -> Iterator[None]:
    """Everything that the bus and its tokens can answer may pass: entities are made, quotas are drained."""
    try:
        yield
    except AzureError as error:
        raise TransientError(f"could not {what}: {type(error).__name__}") from error
