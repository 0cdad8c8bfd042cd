"""Request and response over a pair of links, as $cbs and $management use them.

Source: AMQP Management (working draft) and "AMQP request-response operations" of Microsoft's documentation.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from proton import Message, Receiver, Sender, int32, symbol

from local.service_bus.amqp import deliveries
from local.service_bus.amqp.deliveries import Pointer
from local.service_bus.amqp.link_handler import LinkHandler, mirror
from local.service_bus.errors import BusError, internal_error
from local.service_bus.sections import owned

log = logging.getLogger("ServiceBus.Requests")
_CREDIT = 100


@dataclass(frozen=True)
class Request:
    """`properties` are the application properties; the body's bytes are copies."""

    operation: str
    properties: dict[str, object]
    body: object


@dataclass(frozen=True)
class Answer:
    """`status` as in HTTP: 200, 202 and 204 are success."""

    status: int = 200
    body: object = None
    description: str = "OK"
    condition: str | None = None


Handle: TypeAlias = Callable[[Request], Answer]


@dataclass(frozen=True)
class AnswerNames:
    """$cbs and $management spell the properties of an answer differently."""

    status: str
    description: str
    condition: str | None


# An error condition would keep the Python client from looking at the status of a put-token.
CBS_NAMES = AnswerNames("status-code", "status-description", None)
MANAGEMENT_NAMES = AnswerNames("statusCode", "statusDescription", "errorCondition")


class ReplyLink(LinkHandler):
    """The link on which a client takes answers; they wait for credit."""

    def __init__(self, link: Sender) -> None:
        self._link = link
        mirror(link)
        link.open()
        self._waiting: list[bytes] = []
        self._sent = 0

    def send(self, message: Message) -> None:
        self._waiting.append(bytes(message.encode()))
        self.flow()

    def flow(self) -> None:
        while self._waiting and self._link.credit > 0:
            self._sent += 1
            tag = str(self._sent).encode()
            deliveries.settle(deliveries.send(self._link, tag, self._waiting.pop(0)))
        if self._link.drain_mode:
            self._link.drained()


class RequestLink(LinkHandler):
    """The link on which a client asks. `reply` finds the link for an address, None if the client has none."""

    def __init__(
        self,
        link: Receiver,
        handle: Handle,
        names: AnswerNames,
        reply: Callable[[str | None], ReplyLink | None],
    ) -> None:
        self._link = link
        self._handle = handle
        self._names = names
        self._reply = reply
        mirror(link)
        link.open()
        link.flow(_CREDIT)

    def delivery(self, delivery: Pointer) -> None:
        if not deliveries.is_whole(delivery):
            return
        raw = deliveries.read(delivery)
        deliveries.accept(delivery)
        deliveries.settle(delivery)
        self._link.flow(1)
        message = Message()
        message.decode(raw)
        answer = self._answered(message)
        if (link := self._reply(message.reply_to)) is not None:
            link.send(self._encoded(message, answer))

    def _answered(self, message: Message) -> Answer:
        given = cast("dict[str, object]", message.properties or {})
        properties = {str(name): owned(value) for name, value in given.items()}
        request = Request(str(properties.get("operation", "")), properties, owned(message.body))
        try:
            return self._handle(request)
        except BusError as error:
            return _refusal(error)
        except Exception:
            log.exception("the request %s failed", request.operation)
            return _refusal(internal_error())

    def _encoded(self, request: Message, answer: Answer) -> Message:
        properties: dict[str, object] = {
            self._names.status: int32(answer.status),
            self._names.description: answer.description,
        }
        if answer.condition is not None and self._names.condition is not None:
            properties[self._names.condition] = symbol(answer.condition)
        reply = Message(properties=properties)
        # The body may be a map of anything that AMQP has a type for, which proton's annotations leave out.
        reply.body = answer.body  # type: ignore[assignment]
        reply.address = request.reply_to or ""
        reply.correlation_id = request.id
        return reply


def _refusal(error: BusError) -> Answer:
    return Answer(error.status, None, error.description, error.condition)
