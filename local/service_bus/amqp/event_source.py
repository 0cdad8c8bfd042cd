"""Proton's events, those that concern us, as the endpoint each is about.

Proton's own `Event` makes Python objects of the delivery, link, session, connection and transport of every
event; for a message that is half of the work. This asks the engine for the one that is needed.
"""

from collections.abc import Iterator

import cproton  # type: ignore[import-untyped]  # the engine's C functions, which `proton` is made of
from proton import Collector, Delivery, Link, Session

CONNECTION_OPENED: int = cproton.PN_CONNECTION_REMOTE_OPEN
CONNECTION_CLOSED: int = cproton.PN_CONNECTION_REMOTE_CLOSE
SESSION_OPENED: int = cproton.PN_SESSION_REMOTE_OPEN
SESSION_CLOSED: int = cproton.PN_SESSION_REMOTE_CLOSE
LINK_OPENED: int = cproton.PN_LINK_REMOTE_OPEN
LINK_CLOSED: int = cproton.PN_LINK_REMOTE_CLOSE
LINK_DETACHED: int = cproton.PN_LINK_REMOTE_DETACH
LINK_FLOW: int = cproton.PN_LINK_FLOW
DELIVERY: int = cproton.PN_DELIVERY

Subject = Delivery | Link | Session | None

_CONNECTION = {CONNECTION_OPENED, CONNECTION_CLOSED}
_SESSION = {SESSION_OPENED, SESSION_CLOSED}
_LINK = {LINK_OPENED, LINK_CLOSED, LINK_DETACHED, LINK_FLOW}


def events(collector: Collector) -> Iterator[tuple[int, Subject]]:
    """Each event's kind and what it is about (None for the connection), until there is none."""
    source = collector._impl
    while not cproton.isnull(event := cproton.pn_collector_peek(source)):
        kind = cproton.pn_event_type(event)
        if kind == DELIVERY:
            yield kind, Delivery.wrap(cproton.pn_event_delivery(event))  # type: ignore[no-untyped-call]
        elif kind in _LINK:
            yield kind, Link.wrap(cproton.pn_event_link(event))  # type: ignore[no-untyped-call]
        elif kind in _SESSION:
            yield kind, Session.wrap(cproton.pn_event_session(event))  # type: ignore[no-untyped-call]
        elif kind in _CONNECTION:
            yield kind, None
        cproton.pn_collector_pop(source)
