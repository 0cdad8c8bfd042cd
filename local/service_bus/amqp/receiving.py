"""A client attaches to receive: from a queue at once, from a session when it has one."""

from collections.abc import Callable
from dataclasses import dataclass

from proton import Data, Described, Sender, symbol

from local.service_bus.amqp.deliveries import Pointer
from local.service_bus.amqp.link_handler import LinkHandler, mirror, refuse
from local.service_bus.amqp.outgoing import OutgoingLink
from local.service_bus.amqp.service import Service
from local.service_bus.errors import BusError, not_allowed
from local.service_bus.message_queue import MessageQueue

_SESSION_FILTER = "com.microsoft:session-filter"
_TIMEOUT = "com.microsoft:timeout"
_DEFAULT_WAIT_MS = 60_000
# .NET counts ticks of 100 ns from the year 1.
_EPOCH_TICKS, _TICKS_PER_MS = 621_355_968_000_000_000, 10_000


@dataclass(frozen=True)
class _SessionWish:
    """None asks for the next session that has messages."""

    session_id: str | None


def open_receiving(service: Service, link: Sender, path: str, changed: Callable[[], None]) -> LinkHandler:
    """Raises BusError if there is no such entity or it takes no such receiver."""
    queue = service.namespace.receiver_source(path)
    wish = _session_wish(link)
    if queue.settings.requires_session:
        if wish is None:
            raise not_allowed(
                "It is not possible for an entity that requires sessions to create a non-sessionful "
                "message receiver."
            )
        return SessionAttach(service, link, queue, wish, changed)
    if wish is not None:
        raise not_allowed(
            "A sessionful message receiver cannot be created on an entity that does not require sessions."
        )
    handler = OutgoingLink(service, link, queue, changed)
    mirror(link)
    link.open()
    queue.attach(handler)
    return handler


class SessionAttach(LinkHandler):
    """The link is answered when it has a session, and refused when it gets none in time."""

    def __init__(
        self,
        service: Service,
        link: Sender,
        queue: MessageQueue,
        wish: _SessionWish,
        changed: Callable[[], None],
    ) -> None:
        self._link = link
        self._queue = queue
        self._changed = changed
        self._receiver = OutgoingLink(service, link, queue, changed)
        self._accepted = False
        if wish.session_id is not None:
            queue.sessions.take(self, wish.session_id)
        else:
            queue.sessions.wait(self, _wait_ms(link))
        queue.wake()

    def accept(self, session_id: str, locked_until_ms: int) -> OutgoingLink:
        mirror(self._link)
        _put_session_filter(self._link.source.filter, session_id)
        ticks = _EPOCH_TICKS + locked_until_ms * _TICKS_PER_MS
        self._link.properties = {symbol("com.microsoft:locked-until-utc"): ticks}
        self._link.open()
        self._accepted = True
        self._changed()
        return self._receiver

    def refuse(self, error: BusError) -> None:
        refuse(self._link, error)
        self._changed()

    def flow(self) -> None:
        self._receiver.flow()

    def delivery(self, delivery: Pointer) -> None:
        self._receiver.delivery(delivery)

    def closed(self) -> None:
        self._queue.sessions.leave(self)
        self._receiver.closed()


def _session_wish(link: Sender) -> _SessionWish | None:
    filters = _map(link.remote_source.filter)
    if _SESSION_FILTER not in filters:
        return None
    wanted = filters[_SESSION_FILTER]
    if isinstance(wanted, Described):
        wanted = wanted.value
    return _SessionWish(None if wanted is None else str(wanted))


def _wait_ms(link: Sender) -> int:
    given = (link.remote_properties or {}).get(symbol(_TIMEOUT))
    return int(given) if isinstance(given, int) else _DEFAULT_WAIT_MS


def _map(data: Data) -> dict[str, object]:
    data.rewind()
    value = data.get_object() if data.next() else None
    return {str(name): item for name, item in value.items()} if isinstance(value, dict) else {}


def _put_session_filter(data: Data, session_id: str) -> None:
    data.clear()
    data.put_dict({symbol(_SESSION_FILTER): session_id})
