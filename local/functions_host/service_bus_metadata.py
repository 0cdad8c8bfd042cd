"""The trigger metadata of Service Bus messages, under the names azure-functions' converter reads."""

import json
from collections.abc import Sequence
from datetime import datetime

from azure.servicebus import ServiceBusReceivedMessage

from . import typed_data
from .settings import Json
from .typed_data import Named


def trigger_metadata(message: ServiceBusReceivedMessage) -> Named:
    """Of one message. Values that it does not have are left out."""
    return {
        name: typed_data.string(value) if isinstance(value, str) else typed_data.json_text(json.dumps(value))
        for name, value in _values(message).items()
        if value is not None
    }


def batch_metadata(messages: Sequence[ServiceBusReceivedMessage]) -> Named:
    """Of a batch: each name with `Array` after it, a list with a place for every message."""
    values = [_values(message) for message in messages]
    return {
        f"{name}Array": typed_data.json_text(json.dumps([each[name] for each in values]))
        for name in values[0]
    }


def _values(message: ServiceBusReceivedMessage) -> dict[str, Json]:
    properties: Json = _properties(message)
    state = message.state
    return {
        "ApplicationProperties": properties,
        "UserProperties": properties,
        "MessageId": _text_or_none(message.message_id),
        "ContentType": message.content_type,
        "CorrelationId": _text_or_none(message.correlation_id),
        "DeadLetterErrorDescription": message.dead_letter_error_description,
        "DeadLetterReason": message.dead_letter_reason,
        "DeadLetterSource": message.dead_letter_source,
        "Label": message.subject,
        "Subject": message.subject,
        "LockToken": _text_or_none(message.lock_token),
        "PartitionKey": message.partition_key,
        "ReplyTo": message.reply_to,
        "ReplyToSessionId": message.reply_to_session_id,
        "SessionId": message.session_id,
        "To": message.to,
        "EnqueuedTimeUtc": _time(message.enqueued_time_utc),
        "ExpiresAtUtc": _time(message.expires_at_utc),
        "LockedUntil": _time(message.locked_until_utc),
        "ScheduledEnqueueTimeUtc": _time(message.scheduled_enqueue_time_utc),
        # The bus counts deliveries before this one, the trigger's metadata includes it.
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "EnqueuedSequenceNumber": message.enqueued_sequence_number,
        "SequenceNumber": message.sequence_number,
        "State": None if state is None else int(state),
    }


def _properties(message: ServiceBusReceivedMessage) -> dict[str, Json]:
    given = message.application_properties or {}
    return {
        _text(name): value if isinstance(value, int | float | bool) else _text(value)
        for name, value in given.items()
    }


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
