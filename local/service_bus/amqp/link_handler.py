"""What one end of a link does with the link's events."""

from uuid import uuid4

from proton import Condition, Link, Terminus, symbol

from local.service_bus.amqp.deliveries import Pointer
from local.service_bus.errors import BusError


class LinkHandler:
    """Does nothing by itself; the kinds of links override what concerns them."""

    def flow(self) -> None:
        """The peer granted or drained credit."""

    def delivery(self, delivery: Pointer) -> None:
        """A message came in, or the peer settled one that went out."""

    def closed(self) -> None:
        """The link or its connection is gone."""


def mirror(link: Link) -> None:
    """Answers an attach with the terms it asked for."""
    link.source.copy(link.remote_source)
    link.target.copy(link.remote_target)
    link.snd_settle_mode = link.remote_snd_settle_mode
    link.rcv_settle_mode = link.remote_rcv_settle_mode


def refuse(link: Link, error: BusError) -> None:
    """An attach with a null terminus, then a detach with the error: AMQP's form of a refusal."""
    own = link.target if link.is_receiver else link.source
    own.type = Terminus.UNSPECIFIED
    link.open()
    close(link, error)


def close(link: Link, error: BusError) -> None:
    link.condition = condition_of(error)
    link.close()


def condition_of(error: BusError) -> Condition:
    """With a tracking id as Azure's errors have: the Python client counts on the field being there."""
    return Condition(error.condition, error.description, {symbol("tracking-id"): str(uuid4())})
