"""Addresses of entities as clients write them: bare paths or full URLs, with sub-queues at the end."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from local.service_bus.errors import not_implemented

_URL = re.compile(r"(?:[a-z]+://[^/]*)?/*", re.IGNORECASE)
_DEAD_LETTERS, _SUBSCRIPTIONS, _TRANSFER = "/$deadletterqueue", "/subscriptions/", "/$transfer"


@dataclass(frozen=True)
class Address:
    """`entity` is a queue, or the topic of `subscription`."""

    entity: str
    subscription: str | None = None
    dead_letter: bool = False


def path_of(address: str | None) -> str:
    """`sb://host:port/Orders/` is `Orders`."""
    return unquote(_URL.sub("", address or "", count=1)).rstrip("/")


def parse_address(path: str) -> Address:
    """Raises BusError for the transfer dead-letter queue."""
    dead_letter = path.lower().endswith(_DEAD_LETTERS)
    if dead_letter:
        path = path[: -len(_DEAD_LETTERS)]
        if path.lower().endswith(_TRANSFER):
            raise not_implemented("the transfer dead-letter queue")
    at = path.lower().find(_SUBSCRIPTIONS)
    if at < 0:
        return Address(path, None, dead_letter)
    return Address(path[:at], path[at + len(_SUBSCRIPTIONS) :], dead_letter)
