"""Proton's events, those that concern us, as the endpoint each is about.

Proton's own `Event` makes Python objects of the delivery, link, session, connection and transport of every
event; for a message that is half of the work. This asks the engine for the C pointer of the one that is
needed.
"""

from collections.abc import Iterator

import cproton  # type: ignore[import-untyped]  # the engine's C functions, which `proton` is made of
from proton import Collector

from local.service_bus.amqp.deliveries import Pointer

CONNECTION_OPENED: int = cproton.PN_CONNECTION_REMOTE_OPEN
CONNECTION_CLOSED: int = cproton.PN_CONNECTION_REMOTE_CLOSE
SESSION_OPENED: int = cproton.PN_SESSION_REMOTE_OPEN
SESSION_CLOSED: int = cproton.PN_SESSION_REMOTE_CLOSE
LINK_OPENED: int = cproton.PN_LINK_REMOTE_OPEN
LINK_CLOSED: int = cproton.PN_LINK_REMOTE_CLOSE
LINK_DETACHED: int = cproton.PN_LINK_REMOTE_DETACH
LINK_FLOW: int = cproton.PN_LINK_FLOW
DELIVERY: int = cproton.PN_DELIVERY

_CONNECTION = {CONNECTION_OPENED, CONNECTION_CLOSED}
_SESSION = {SESSION_OPENED, SESSION_CLOSED}
_LINK = {LINK_OPENED, LINK_CLOSED, LINK_DETACHED, LINK_FLOW}


def events(collector: Collector) -> Iterator[tuple[int, Pointer]]:
    """Each event's kind and what it is about (nothing for the connection), until there is none."""
    source = collector._impl
    while not cproton.isnull(event := cproton.pn_collector_peek(source)):
        kind = cproton.pn_event_type(event)
        if kind == DELIVERY:
            yield kind, cproton.pn_event_delivery(event)
        elif kind in _LINK:
            yield kind, cproton.pn_event_link(event)
        elif kind in _SESSION:
            yield kind, cproton.pn_event_session(event)
        elif kind in _CONNECTION:
            yield kind, None
        cproton.pn_collector_pop(source)
