"""Claims-based security: a connection's tokens, and what they let it attach to.

Source: "AMQP claims-based security 1.0" (working draft) and Azure's put-token.
"""

import time

from local.service_bus.addresses import path_of
from local.service_bus.amqp.requests import Answer, Request
from local.service_bus.amqp.service import Service
from local.service_bus.amqp.tokens import Grant
from local.service_bus.errors import invalid, unauthorized

_MANAGEMENT = "/$management"
_ACCEPTED = 202


class ClaimsBasedSecurity:
    """Of one connection."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._grants: dict[str, Grant] = {}

    def answer(self, request: Request) -> Answer:
        """`put-token`. Raises BusError for a token that gives nothing, and for an entity that is not
        there.
        """
        if request.operation != "put-token":
            raise invalid(f"$cbs knows put-token, not '{request.operation}'")
        audience = str(request.properties.get("name", ""))
        token = request.body if isinstance(request.body, str) else ""
        grant = self._service.tokens.grant(token, audience)
        path = entity_of(path_of(audience))
        if path:
            self._service.namespace.entity(path)
        self._grants[grant.path] = grant
        return Answer(_ACCEPTED, description="Accepted")

    def check(self, path: str) -> None:
        """Raises BusError if no valid token covers this entity."""
        now = time.time()
        if not any(grant.covers(path.lower(), now) for grant in self._grants.values()):
            raise unauthorized(f"Unauthorized access to '{path}': put a token for it to $cbs first.")


def entity_of(path: str) -> str:
    """The entity that a $management node manages."""
    if path.lower() == _MANAGEMENT[1:]:
        return ""
    return path[: -len(_MANAGEMENT)] if path.lower().endswith(_MANAGEMENT) else path


def is_management(path: str) -> bool:
    return entity_of(path) != path
