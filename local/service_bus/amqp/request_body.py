"""The body of a $management request, a map; every value is checked as it is read."""

from uuid import UUID

from proton import Array

from local.service_bus.amqp.requests import Request
from local.service_bus.errors import invalid


class RequestBody:
    """Its methods raise BusError naming the value that is missing or of another type."""

    def __init__(self, request: Request) -> None:
        if not isinstance(request.body, dict):
            raise invalid(f"the body of '{request.operation}' is not a map")
        self._values = {str(name): value for name, value in request.body.items()}
        link = request.properties.get("associated-link-name")
        self.link_name = None if link is None else str(link)

    @property
    def session_id(self) -> str:
        session_id = self.text("session-id")
        if session_id is None:
            raise invalid("'session-id' is missing")
        return session_id

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return None if value is None else str(value)

    def number(self, name: str, default: int | None = None) -> int:
        value = self._values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid(f"'{name}' is not a number")
        return int(value)

    def binary(self, name: str) -> bytes | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, bytes):
            raise invalid(f"'{name}' is not binary")
        return value

    def numbers(self, name: str) -> list[int]:
        found = [int(value) for value in self._items(name) if isinstance(value, int)]
        if len(found) != len(self._items(name)):
            raise invalid(f"'{name}' does not hold numbers")
        return found

    def tokens(self, name: str) -> list[UUID]:
        found = [value for value in self._items(name) if isinstance(value, UUID)]
        if len(found) != len(self._items(name)):
            raise invalid(f"'{name}' does not hold lock tokens")
        return found

    def map(self, name: str) -> dict[str, object]:
        value = self._values.get(name) or {}
        if not isinstance(value, dict):
            raise invalid(f"'{name}' is not a map")
        return {str(key): item for key, item in value.items()}

    def maps(self, name: str) -> list[dict[str, object]]:
        found = [item for item in self._items(name) if isinstance(item, dict)]
        return [{str(key): value for key, value in item.items()} for item in found]

    def _items(self, name: str) -> list[object]:
        value = self._values.get(name)
        if isinstance(value, Array):
            return list(value.elements)
        if not isinstance(value, list):
            raise invalid(f"'{name}' is not a list")
        return value
