"""The door: makes a caller out of a request's headers, or says why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.access.roles import Assignment, Caller, Role
from shared.access.tokens import TokenRefusedError, TokenValidator

# Whoever holds the app's function key; the host has checked it before the app is called.
KEY_HOLDER = Caller("", "function key", "Key", (Assignment(Role.OWNER),))


class NotAuthenticatedError(Exception):
    """401: there is no token, or none that counts."""


class NotAllowedError(Exception):
    """403: the caller is known and lacks the role."""


@dataclass(frozen=True)
class Gate:
    """With `tokens`, every request needs a bearer token; without, the host has asked for a function key."""

    tokens: TokenValidator | None = None

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Raises NotAuthenticatedError."""
        if self.tokens is None:
            return KEY_HOLDER
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticatedError("a bearer token is needed in the header Authorization")
        try:
            return self.tokens.caller(token.strip())
        except TokenRefusedError as error:
            raise NotAuthenticatedError(f"the token is refused: {error}") from error

    def admit(self, headers: Mapping[str, str], role: Role, resource_id: str) -> Caller:
        """The caller, who has `role` for `resource_id`. Raises NotAuthenticatedError or NotAllowedError."""
        caller = self.caller(headers)
        if not caller.may(role, resource_id):
            needed = role.name.capitalize()
            raise NotAllowedError(f"{caller.name} needs the role {needed} for {resource_id}")
        return caller
