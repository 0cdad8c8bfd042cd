"""A link on which a client sends messages to a queue or topic."""

import logging

from proton import Receiver

from local.service_bus.amqp import deliveries
from local.service_bus.amqp.deliveries import Pointer
from local.service_bus.amqp.link_handler import LinkHandler, condition_of, mirror
from local.service_bus.amqp.service import Service
from local.service_bus.errors import BusError, internal_error, message_too_large
from local.service_bus.sections import parse_transfer
from local.service_bus.settings import LARGEST_MESSAGE_BYTES

log = logging.getLogger("ServiceBus.Incoming")
_CREDIT = 1_000


class IncomingLink(LinkHandler):
    """All messages of a transfer are taken or none; the answer leaves when they are stored."""

    def __init__(self, service: Service, link: Receiver, path: str) -> None:
        """Raises BusError if there is no such entity."""
        self._service = service
        self._link = link
        self._path = path
        service.namespace.sender_target(path)
        mirror(link)
        link.max_message_size = LARGEST_MESSAGE_BYTES
        link.open()
        link.flow(_CREDIT)

    def delivery(self, delivery: Pointer) -> None:
        if not deliveries.is_whole(delivery):
            return
        raw = deliveries.read(delivery)
        try:
            self._take(raw)
        except BusError as error:
            deliveries.reject(delivery, condition_of(error))
        except Exception:
            log.exception("a message to %s could not be taken", self._path)
            deliveries.reject(delivery, condition_of(internal_error()))
        else:
            deliveries.accept(delivery)
        deliveries.settle(delivery)
        if self._link.credit <= _CREDIT // 2:
            self._link.flow(_CREDIT - self._link.credit)

    def _take(self, raw: bytes) -> None:
        if len(raw) > LARGEST_MESSAGE_BYTES:
            raise message_too_large(len(raw), LARGEST_MESSAGE_BYTES)
        target = self._service.namespace.sender_target(self._path)
        contents = parse_transfer(raw)
        for content in contents:
            target.check(content)
        for content in contents:
            target.send(content)
