"""Roles, and whom they were given for what."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """Each includes those before it."""

    READER = 1  # sees templates, runs, logs, images
    BUILDER = 2  # starts, cancels and repeats runs
    OWNER = 3  # creates, changes and deletes templates, images and policies


# The app roles to declare in the app's registration; a token carries them in its claim `roles`.
APP_ROLES = {"Kiln.Reader": Role.READER, "Kiln.Builder": Role.BUILDER, "Kiln.Owner": Role.OWNER}
EVERYWHERE = "/"


@dataclass(frozen=True)
class Assignment:
    """`role` for everything at or below `scope`: `/`, or the ARM id of a subscription, group or template."""

    role: Role
    scope: str = EVERYWHERE

    def covers(self, resource_id: str) -> bool:
        """Whether `resource_id` is the scope or lies in it; ARM compares ids without regard to case."""
        scope, wanted = self.scope.rstrip("/").lower(), resource_id.rstrip("/").lower()
        return wanted == scope or wanted.startswith(f"{scope}/")


@dataclass(frozen=True)
class Caller:
    """Who asks: an Entra object id, a name fit to be shown, and ARM's `User`, `Application` or `Key`."""

    id: str
    name: str
    kind: str
    assignments: tuple[Assignment, ...] = ()

    @property
    def identity(self) -> str:
        """For records that are kept: the name, and the object id that stays when a name is given anew.

        Which of the app's keys was used the Functions host does not tell.
        """
        known = f" ({self.kind} {self.id})" if self.id and self.id != self.name else ""
        return f"{self.name}{known}" if self.name else "function key"

    def may(self, role: Role, resource_id: str = EVERYWHERE) -> bool:
        """Whether the caller has `role`, or one that includes it, for `resource_id` (a full ARM id)."""
        return any(given.role >= role and given.covers(resource_id) for given in self.assignments)


NOBODY = Caller("", "", "")


def app_role_assignments(names: Iterable[object]) -> tuple[Assignment, ...]:
    """What the app roles of a token give; names that are not Kiln's give nothing."""
    return tuple(Assignment(APP_ROLES[name]) for name in names if isinstance(name, str) and name in APP_ROLES)
