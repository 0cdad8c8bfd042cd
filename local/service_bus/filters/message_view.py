"""A message as filters see it: system properties by their .NET names, and the application's own.

Source: "Subscription Rule SQL Filter Syntax" of Microsoft's documentation.
"""

from functools import cached_property

from local.service_bus.content import Content
from local.service_bus.sections import as_text, decode_list, decode_map

# Positions in AMQP's properties section.
_SYSTEM = {
    "messageid": 0,
    "to": 2,
    "label": 3,
    "subject": 3,
    "replyto": 4,
    "correlationid": 5,
    "contenttype": 6,
    "sessionid": 10,
    "replytosessionid": 12,
}


class MessageView:
    """Decoded when first asked for: most rules need nothing of it."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def system(self, name: str) -> object:
        """None for a property that is not set."""
        position = _SYSTEM[name.lower()]
        return as_text(self._properties[position]) if len(self._properties) > position else None

    def user(self, name: str) -> object:
        """None for a property that is not set. Names are compared without regard to case, as the service
        does.
        """
        return self._application.get(name.lower())

    @cached_property
    def _properties(self) -> list[object]:
        return decode_list(self._content.properties)

    @cached_property
    def _application(self) -> dict[str, object]:
        properties = decode_map(self._content.application_properties)
        return {str(name).lower(): value for name, value in properties.items()}


def is_system_property(name: str) -> bool:
    return name.lower() in _SYSTEM
