"""The trigger metadata of a Service Bus message, under the names azure-functions' converter reads."""

import json
from datetime import datetime

from azure.servicebus import ServiceBusReceivedMessage

from . import typed_data
from .settings import Json
from .typed_data import Named


def trigger_metadata(message: ServiceBusReceivedMessage) -> Named:
    """Values that the message does not have are left out."""
    properties = json.dumps(_properties(message))
    texts = {
        "MessageId": message.message_id,
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "DeadLetterErrorDescription": message.dead_letter_error_description,
        "DeadLetterReason": message.dead_letter_reason,
        "DeadLetterSource": message.dead_letter_source,
        "Label": message.subject,
        "Subject": message.subject,
        "LockToken": message.lock_token,
        "PartitionKey": message.partition_key,
        "ReplyTo": message.reply_to,
        "ReplyToSessionId": message.reply_to_session_id,
        "SessionId": message.session_id,
        "To": message.to,
        "EnqueuedTimeUtc": _time(message.enqueued_time_utc),
        "ExpiresAtUtc": _time(message.expires_at_utc),
        "LockedUntil": _time(message.locked_until_utc),
        "ScheduledEnqueueTimeUtc": _time(message.scheduled_enqueue_time_utc),
    }
    numbers = {
        # The bus counts deliveries before this one, the trigger's metadata includes it.
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "EnqueuedSequenceNumber": message.enqueued_sequence_number,
        "SequenceNumber": message.sequence_number,
    }
    return {
        "ApplicationProperties": typed_data.json_text(properties),
        "UserProperties": typed_data.json_text(properties),
        **{name: typed_data.string(str(value)) for name, value in texts.items() if value is not None},
        # The production worker rejects metadata of kind int; JSON it takes.
        **{name: typed_data.json_text(str(value)) for name, value in numbers.items() if value is not None},
    }


def _properties(message: ServiceBusReceivedMessage) -> dict[str, Json]:
    given = message.application_properties or {}
    return {
        _text(name): value if isinstance(value, int | float | bool) else _text(value)
        for name, value in given.items()
    }


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
