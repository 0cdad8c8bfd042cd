"""One client's connection: proton's engine behind an asyncio protocol.

Bytes go in as they come; what there is to say waits for the end of the turn, when it is committed (see
`turn.py`).
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import cast

from proton import (
    Collector,
    Condition,
    Connection,
    Link,
    Receiver,
    Sender,
    Session,
    Terminus,
    Transport,
    symbol,
)

from local.service_bus.addresses import path_of
from local.service_bus.amqp import event_source as source
from local.service_bus.amqp.cbs import ClaimsBasedSecurity, entity_of, is_management
from local.service_bus.amqp.deliveries import Pointer, link_of
from local.service_bus.amqp.event_source import events
from local.service_bus.amqp.incoming import IncomingLink
from local.service_bus.amqp.link_handler import LinkHandler, refuse
from local.service_bus.amqp.management import Management
from local.service_bus.amqp.receiving import open_receiving
from local.service_bus.amqp.requests import CBS_NAMES, MANAGEMENT_NAMES, ReplyLink, RequestLink
from local.service_bus.amqp.service import Service
from local.service_bus.errors import BusError, not_implemented

log = logging.getLogger("ServiceBus.Connection")
# Azure's own idle timeout.
_IDLE_SECONDS = 240.0
_TICK_SECONDS = 15.0
_SESSION_BYTES = 1 << 24
_FRAME_BYTES = 65_536
_CBS = "$cbs"


class AmqpConnection(asyncio.Protocol):
    """Made for each client that connects."""

    def __init__(self, service: Service, connections: set["AmqpConnection"]) -> None:
        self._service = service
        self._all = connections
        self._cbs = ClaimsBasedSecurity(service)
        self._links: dict[Pointer, LinkHandler] = {}
        self._replies: dict[tuple[Session, str], ReplyLink] = {}

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio types it no closer
        self._socket = transport
        self._all.add(self)
        self._engine = Transport(Transport.SERVER)
        sasl = self._engine.sasl()
        # Identity comes with the tokens; MSSBCBS is what .NET's client names.
        sasl.allowed_mechs("ANONYMOUS MSSBCBS PLAIN EXTERNAL")
        self._engine.require_auth(False)
        self._engine.idle_timeout = _IDLE_SECONDS
        self._engine.max_frame_size = _FRAME_BYTES
        self._connection = Connection()
        self._events = Collector()
        self._connection.collect(self._events)
        self._engine.bind(self._connection)
        self._tick()

    def data_received(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and (room := self._engine.capacity()) > 0:
            self._engine.push(bytes(rest[:room]))
            rest = rest[room:]
            self._handle_events()
        # A receiver that settles asks for no answer: the commit can wait for the next one.
        if self._engine.pending() != 0:
            self.changed()

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self._ticking.cancel()
        self._all.discard(self)
        for handler in self._links.values():
            handler.closed()
        self._links.clear()
        self._replies.clear()
        self._engine.unbind()

    # -- the turn's side

    def changed(self) -> None:
        """There is something to say at the end of this turn."""
        self._service.broker.turn.flush_later(self)

    def flush(self) -> None:
        if self._socket.is_closing():
            return
        while (size := self._engine.pending()) > 0:
            self._socket.write(self._engine.peek(size) or b"")
            self._engine.pop(size)
            self._handle_events()
        if self._engine.closed or size < 0:
            self._socket.close()

    def abort(self) -> None:
        self._socket.abort()

    def shut_down(self) -> None:
        """Tells the client that the bus stops; it may connect again."""
        text = "The service is stopping."
        self._connection.condition = Condition("amqp:connection:forced", text)
        self._connection.close()
        self._handle_events()
        self.flush()
        self._socket.close()

    def _tick(self) -> None:
        self._engine.tick(time.monotonic())
        self._handle_events()
        self.changed()
        self._ticking = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    # -- proton's side

    def _handle_events(self) -> None:
        for kind, subject in events(self._events):
            _HANDLERS[kind](self, subject)

    def _connection_opened(self, _: Pointer) -> None:
        self._connection.container = "kiln-service-bus"
        self._connection.properties = {symbol("product"): "local-service-bus"}
        self._connection.open()

    def _connection_closed(self, _: Pointer) -> None:
        self._connection.close()

    def _session_opened(self, subject: Pointer) -> None:
        session = _session(subject)
        session.incoming_capacity = _SESSION_BYTES
        session.open()

    def _session_closed(self, subject: Pointer) -> None:
        session = _session(subject)
        for link in [link for link in self._links if _link(link).session == session]:
            self._forget(link)
        session.close()

    def _link_opened(self, subject: Pointer) -> None:
        link = _link(subject)
        try:
            self._links[subject] = self._receiver(link) if isinstance(link, Receiver) else self._sender(link)
        except BusError as error:
            refuse(link, error)

    def _link_closed(self, subject: Pointer) -> None:
        self._forget(subject)
        _link(subject).close()

    def _link_flow(self, subject: Pointer) -> None:
        if handler := self._links.get(subject):
            handler.flow()

    def _delivery(self, subject: Pointer) -> None:
        if handler := self._links.get(link_of(subject)):
            handler.delivery(subject)

    def _forget(self, link: Pointer) -> None:
        if handler := self._links.pop(link, None):
            handler.closed()
        self._replies = {key: reply for key, reply in self._replies.items() if reply is not handler}

    def _receiver(self, link: Receiver) -> LinkHandler:
        """The client sends: messages, requests or tokens."""
        if link.remote_target.type == Terminus.COORDINATOR:
            raise not_implemented("transactions")
        path = path_of(link.remote_target.address)
        if path.lower() == _CBS:
            return RequestLink(link, self._cbs.answer, CBS_NAMES, self._reply_finder(link, path))
        self._cbs.check(path)
        if is_management(path):
            management = Management(self._service, entity_of(path))
            return RequestLink(link, management.answer, MANAGEMENT_NAMES, self._reply_finder(link, path))
        return IncomingLink(self._service, link, path)

    def _sender(self, link: Sender) -> LinkHandler:
        """The client receives: messages or answers."""
        path = path_of(link.remote_source.address)
        if path.lower() != _CBS:
            self._cbs.check(path)
        if path.lower() == _CBS or is_management(path):
            reply = ReplyLink(link)
            self._replies[link.session, path_of(link.remote_target.address)] = reply
            return reply
        return open_receiving(self._service, link, path, self.changed)

    def _reply_finder(self, link: Link, path: str) -> Callable[[str | None], ReplyLink | None]:
        """Several clients share a connection, each in a session of its own. $cbs requests name no address."""
        return lambda address: self._replies.get((link.session, path_of(address) or path))


def _session(pointer: Pointer) -> Session:
    return cast("Session", Session.wrap(pointer))  # type: ignore[no-untyped-call]


def _link(pointer: Pointer) -> Receiver | Sender:
    return cast("Receiver | Sender", Link.wrap(pointer))  # type: ignore[no-untyped-call]


_HANDLERS: dict[int, Callable[[AmqpConnection, Pointer], None]] = {
    source.CONNECTION_OPENED: AmqpConnection._connection_opened,
    source.CONNECTION_CLOSED: AmqpConnection._connection_closed,
    source.SESSION_OPENED: AmqpConnection._session_opened,
    source.SESSION_CLOSED: AmqpConnection._session_closed,
    source.LINK_OPENED: AmqpConnection._link_opened,
    source.LINK_CLOSED: AmqpConnection._link_closed,
    source.LINK_DETACHED: AmqpConnection._link_closed,
    source.LINK_FLOW: AmqpConnection._link_flow,
    source.DELIVERY: AmqpConnection._delivery,
}
