"""A storage queue message on the wire and as a function sees it.

`messageEncoding` of host.json says how texts stand in the queue: `base64` (the default) or `none`. The
metadata's names are those that azure-functions' converter reads.
"""

import base64
import binascii
import json
from datetime import datetime

from azure.storage.queue import QueueMessage

from . import typed_data
from .typed_data import Named, TypedData


def encode(body: str | bytes, encoding: str) -> str:
    """Raises ValueError for bytes that are not UTF-8 where the encoding is `none`."""
    data = body.encode() if isinstance(body, str) else body
    return base64.b64encode(data).decode() if encoding == "base64" else data.decode()


def decode(content: str, encoding: str) -> bytes:
    """Raises ValueError for a text that is not base64 where it must be."""
    if encoding != "base64":
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError(f"the message is not base64: {error}") from error


def trigger_metadata(message: QueueMessage, body: TypedData) -> Named:
    """What a function can ask of its message besides the body."""
    return {
        "QueueTrigger": body,
        "Id": typed_data.string(str(message.id)),
        "PopReceipt": typed_data.string(str(message.pop_receipt)),
        # As Service Bus's numbers: the production worker rejects metadata of kind int; JSON it takes.
        "DequeueCount": typed_data.json_text(str(message.dequeue_count)),
        "InsertionTime": _time(message.inserted_on),
        "ExpirationTime": _time(message.expires_on),
        "NextVisibleTime": _time(message.next_visible_on),
    }


def _time(moment: datetime | None) -> TypedData:
    """A .NET DateTimeOffset as JSON."""
    return typed_data.json_text(
        "null" if moment is None else json.dumps(moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"))
    )
