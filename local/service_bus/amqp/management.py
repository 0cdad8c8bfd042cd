"""$management of one entity: what receivers and senders ask for beside their links.

Source: "AMQP 1.0 in Azure Service Bus: request-response-based operations" of Microsoft's documentation.
"""

from collections.abc import Callable, Sequence
from typing import cast
from uuid import UUID

from proton import UNDESCRIBED, Array, Data, timestamp

from local.service_bus.amqp.request_body import RequestBody
from local.service_bus.amqp.requests import Answer, Request
from local.service_bus.amqp.service import Service
from local.service_bus.delivery_head import encode_delivery
from local.service_bus.dispositions import Disposition, Outcome, dead_letter
from local.service_bus.errors import entity_not_found, invalid, message_too_large, not_implemented
from local.service_bus.message_queue import MessageQueue
from local.service_bus.records import Record
from local.service_bus.sections import parse_message
from local.service_bus.settings import LARGEST_MESSAGE_BYTES

_PREFIX = "com.microsoft:"
_NO_CONTENT = 204
# The client sends .NET's DateTime.MaxValue for "whenever".
_NO_TIME_MS = 253_402_300_800_000
_SETTLED = 0


class Management:
    """Raises BusError for what cannot be done; `RequestLink` turns it into an answer."""

    def __init__(self, service: Service, path: str) -> None:
        self._namespace = service.namespace
        self._path = path

    def answer(self, request: Request) -> Answer:
        operation = _OPERATIONS.get(request.operation.removeprefix(_PREFIX))
        if operation is None:
            raise not_implemented(f"the operation '{request.operation}'")
        return operation(self, RequestBody(request))

    # -- messages

    def _schedule(self, body: RequestBody) -> Answer:
        target = self._namespace.sender_target(self._path)
        messages = [bytes(cast("bytes", each.get("message", b""))) for each in body.maps("messages")]
        if (largest := max(map(len, messages), default=0)) > LARGEST_MESSAGE_BYTES:
            raise message_too_large(largest, LARGEST_MESSAGE_BYTES)
        contents = [parse_message(message) for message in messages]
        for content in contents:
            target.check(content)
        numbers = [target.send(content) for content in contents]
        return Answer(body={"sequence-numbers": _array(Data.LONG, numbers)})

    def _cancel(self, body: RequestBody) -> Answer:
        self._namespace.sender_target(self._path).cancel_scheduled(body.numbers("sequence-numbers"))
        return Answer()

    def _peek(self, body: RequestBody) -> Answer:
        first, count = body.number("from-sequence-number"), body.number("message-count")
        records = self._queue().peek(first, body.text("session-id"), count)
        if not records:
            return Answer(_NO_CONTENT)
        return Answer(body={"messages": [{"message": self._encoded(record)} for record in records]})

    def _receive_deferred(self, body: RequestBody) -> Answer:
        delete = body.number("receiver-settle-mode", 1) == _SETTLED
        records = self._queue().receive_deferred(body.numbers("sequence-numbers"), delete=delete)
        return Answer(body={"messages": [self._received(record) for record in records]})

    def _renew_locks(self, body: RequestBody) -> Answer:
        ends = [timestamp(self._queue().renew(token.bytes_le)) for token in body.tokens("lock-tokens")]
        return Answer(body={"expirations": _array(Data.TIMESTAMP, ends)})

    def _settle(self, body: RequestBody) -> Answer:
        disposition = _disposition(body)
        for token in body.tokens("lock-tokens"):
            self._queue().settle(token.bytes_le, disposition)
        return Answer()

    # -- sessions

    def _renew_session(self, body: RequestBody) -> Answer:
        end = self._queue().sessions.renew(body.session_id, body.link_name)
        return Answer(body={"expiration": timestamp(end)})

    def _session_state(self, body: RequestBody) -> Answer:
        state = self._queue().sessions.state(body.session_id, body.link_name)
        return Answer(body={"session-state": state})

    def _set_session_state(self, body: RequestBody) -> Answer:
        self._queue().sessions.set_state(body.session_id, body.link_name, body.binary("session-state"))
        return Answer()

    def _list_sessions(self, body: RequestBody) -> Answer:
        after: int | None = body.number("last-updated-time", _NO_TIME_MS)
        skip = body.number("skip", 0)
        found = self._queue().sessions.listed(
            None if after == _NO_TIME_MS else after, skip, body.number("top", 100)
        )
        if not found:
            return Answer(_NO_CONTENT)
        ids = _array(Data.STRING, found)
        return Answer(body={"skip": skip + len(found), "sessions-ids": ids})

    # -- helpers

    def _queue(self) -> MessageQueue:
        if not self._path:
            raise entity_not_found("")
        return self._namespace.receiver_source(self._path)

    def _encoded(self, record: Record) -> bytes:
        return encode_delivery(record, self._queue().locked_until(record))

    def _received(self, record: Record) -> dict[str, object]:
        encoded = {"message": self._encoded(record)}
        if record.lock_token is None:
            return dict(encoded)
        return {**encoded, "lock-token": UUID(bytes_le=record.lock_token)}


_OPERATIONS: dict[str, Callable[[Management, RequestBody], Answer]] = {
    "schedule-message": Management._schedule,
    "cancel-scheduled-message": Management._cancel,
    "peek-message": Management._peek,
    "receive-by-sequence-number": Management._receive_deferred,
    "renew-lock": Management._renew_locks,
    "update-disposition": Management._settle,
    "renew-session-lock": Management._renew_session,
    "get-session-state": Management._session_state,
    "set-session-state": Management._set_session_state,
    "get-message-sessions": Management._list_sessions,
}


def _array(kind: int, values: Sequence[int | str]) -> Array:
    return Array(UNDESCRIBED, kind, *values)  # type: ignore[arg-type]  # the marker for "no descriptor"


def _disposition(body: RequestBody) -> Disposition:
    status = body.text("disposition-status") or ""
    try:
        outcome = Outcome(status)
    except ValueError as error:
        raise invalid(f"the disposition status '{status}' is not known") from error
    properties = body.map("properties-to-modify")
    if outcome is not Outcome.DEAD_LETTER:
        return Disposition(outcome, properties)
    named = dead_letter(body.text("deadletter-reason"), body.text("deadletter-description"))
    return Disposition(outcome, {**properties, **named.properties})
