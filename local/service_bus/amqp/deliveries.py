"""Deliveries by proton's own C functions.

Each message is two deliveries, in and out. Python objects of them, and of the link that each belongs to,
cost more than all else that is done for a message; so a delivery is its C pointer here, which can be
compared and hashed. One that is settled is freed, and its pointer must be forgotten.
"""

from typing import TypeAlias, cast

import cproton  # type: ignore[import-untyped]  # the engine's C functions, which `proton` is made of
from proton import Condition, Delivery, Link

Pointer: TypeAlias = object

ACCEPTED: int = cproton.PN_ACCEPTED


def pointer_of(link: Link) -> Pointer:
    """What `link_of` answers for the link's deliveries."""
    return cast("Pointer", link._impl)


def link_of(delivery: Pointer) -> Pointer:
    return cast("Pointer", cproton.pn_delivery_link(delivery))


def is_whole(delivery: Pointer) -> bool:
    """Whether all of a message has come, and nobody has read it."""
    return bool(cproton.pn_delivery_readable(delivery)) and not cproton.pn_delivery_partial(delivery)


def read(delivery: Pointer) -> bytes:
    """The message; the link goes on to the next."""
    link = cproton.pn_delivery_link(delivery)
    size, data = cproton.pn_link_recv(link, cproton.pn_delivery_pending(delivery))
    cproton.pn_link_advance(link)
    return bytes(data) if size > 0 else b""


def accept(delivery: Pointer) -> None:
    cproton.pn_delivery_update(delivery, ACCEPTED)


def reject(delivery: Pointer, condition: Condition) -> None:
    of_proton = wrapped(delivery)
    of_proton.local.condition = condition
    of_proton.update(Delivery.REJECTED)


def settle(delivery: Pointer) -> None:
    cproton.pn_delivery_settle(delivery)


def send(link: Link, tag: bytes, message: bytes) -> Pointer:
    """A delivery of its own, which the link has done with; for the caller to settle, now or later."""
    pointer = link._impl
    delivery = cproton.pn_delivery(pointer, tag)
    cproton.pn_link_send(pointer, message)
    cproton.pn_link_advance(pointer)
    return cast("Pointer", delivery)


def is_news(delivery: Pointer) -> bool:
    """Whether the peer has said something of a delivery since it was last looked at."""
    return bool(cproton.pn_delivery_updated(delivery))


def outcome(delivery: Pointer) -> int:
    """What the peer says became of it, as proton numbers it; 0 for nothing."""
    return cast("int", cproton.pn_delivery_remote_state(delivery))


def is_settled(delivery: Pointer) -> bool:
    """Whether the peer has forgotten it, and waits for no answer."""
    return bool(cproton.pn_delivery_settled(delivery))


def wrapped(delivery: Pointer) -> Delivery:
    """For what is rare: the details of an outcome."""
    return cast("Delivery", Delivery.wrap(delivery))  # type: ignore[no-untyped-call]
