"""What a sender sent, taken apart as far as the bus must know it. The rest stays the bytes that came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Content:
    """The AMQP sections, each encoded (empty where absent); `body` includes the footer.

    `annotations` holds the sender's own, without those that the service writes.
    """

    annotations: bytes
    properties: bytes
    application_properties: bytes
    body: bytes
    message_id: str | None = None
    session_id: str | None = None
    ttl_ms: int | None = None
    scheduled_ms: int | None = None
