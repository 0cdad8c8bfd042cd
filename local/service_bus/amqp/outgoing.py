"""A link on which a client receives messages of a queue, a subscription or a session."""

from collections.abc import Callable

from proton import Delivery, Link, Sender

from local.service_bus.amqp import deliveries
from local.service_bus.amqp.deliveries import Pointer
from local.service_bus.amqp.link_handler import LinkHandler, close, condition_of
from local.service_bus.amqp.service import Service
from local.service_bus.delivery_head import encode_delivery
from local.service_bus.dispositions import Disposition, Outcome
from local.service_bus.errors import BusError, undecodable
from local.service_bus.message_queue import MessageQueue
from local.service_bus.records import Record
from local.service_bus.sections import owned

_TAG_BYTES = 16


class OutgoingLink(LinkHandler):
    """A consumer of one queue. `changed` is called when there is something to send."""

    def __init__(
        self, service: Service, link: Sender, queue: MessageQueue, changed: Callable[[], None]
    ) -> None:
        self._service = service
        self._link = link
        self._queue = queue
        self._changed = changed
        self._locks: dict[Pointer, bytes] = {}
        self._sent = 0
        self.name: str = link.name
        self.deletes = link.remote_snd_settle_mode == Link.SND_SETTLED

    # -- as the queue sees it

    @property
    def credit(self) -> int:
        return self._link.credit

    def deliver(self, record: Record) -> None:
        raw = encode_delivery(record, self._queue.locked_until(record))
        self._sent += 1
        # In .NET's byte order: the client reads the lock token from the tag.
        tag = record.lock_token or self._sent.to_bytes(_TAG_BYTES, "big")
        delivery = deliveries.send(self._link, tag, raw)
        if record.lock_token is None:
            deliveries.settle(delivery)
        else:
            self._locks[delivery] = record.lock_token
        self._changed()

    def pumped(self) -> None:
        if self._link.drain_mode and self._link.credit > 0:
            self._link.drained()
            self._changed()

    def detach(self, error: BusError) -> None:
        close(self._link, error)
        self._changed()

    # -- as the client sees it

    def flow(self) -> None:
        self._queue.wake()

    def closed(self) -> None:
        self._locks.clear()
        self._queue.remove(self)

    def delivery(self, delivery: Pointer) -> None:
        token = self._locks.get(delivery)
        if token is None or not deliveries.is_news(delivery):
            return
        answers = not deliveries.is_settled(delivery)
        if deliveries.outcome(delivery) in _OUTCOMES:
            self._settle(token, delivery, answers=answers)
        elif answers:
            return
        # Settled without an outcome: the lock stays until it ends, as after a lost connection.
        del self._locks[delivery]
        deliveries.settle(delivery)

    def _settle(self, token: bytes, delivery: Pointer, *, answers: bool) -> None:
        """A receiver that has settled already would not listen to an answer."""
        try:
            self._queue.settle(token, _disposition(delivery))
        except BusError as error:
            if answers:
                deliveries.reject(delivery, condition_of(error))
            return
        if answers:
            _confirm(delivery)


_COMPLETED = Disposition(Outcome.COMPLETE)
_OUTCOMES: dict[int, Outcome] = {
    deliveries.ACCEPTED: Outcome.COMPLETE,
    Delivery.REJECTED: Outcome.DEAD_LETTER,
    Delivery.RELEASED: Outcome.RELEASE,
    Delivery.MODIFIED: Outcome.ABANDON,
}


def _confirm(delivery: Pointer) -> None:
    """The receiver waits to hear the outcome that it asked for."""
    state = deliveries.outcome(delivery)
    if state == deliveries.ACCEPTED:
        deliveries.accept(delivery)
        return
    of_proton = deliveries.wrapped(delivery)
    if state == Delivery.MODIFIED:
        of_proton.local.failed = of_proton.remote.failed
        of_proton.local.undeliverable = of_proton.remote.undeliverable
    of_proton.update(state)


def _disposition(delivery: Pointer) -> Disposition:
    state = deliveries.outcome(delivery)
    if state == deliveries.ACCEPTED:
        return _COMPLETED
    outcome = _OUTCOMES[state]
    remote = deliveries.wrapped(delivery).remote
    given: object = None
    if state == Delivery.MODIFIED:
        given = remote.annotations
        if remote.undeliverable:
            outcome = Outcome.DEFER
    elif state == Delivery.REJECTED and remote.condition is not None:
        given = remote.condition.info
    properties = owned(given) if given else {}
    if not isinstance(properties, dict):
        raise undecodable("the properties of an outcome are not a map")
    return Disposition(outcome, {str(name): value for name, value in properties.items() if value is not None})
