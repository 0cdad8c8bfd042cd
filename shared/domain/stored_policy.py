"""A policy as its owner wrote it, of either kind; what it means is read when it is followed."""

from dataclasses import dataclass

PATCH, LIFECYCLE = "patch", "lifecycle"


@dataclass(frozen=True)
class StoredPolicy:
    """`looked_at` is until when a patch policy's schedule was followed (UTC, ISO 8601)."""

    name: str
    document: dict[str, object]
    looked_at: str
    kind: str = PATCH
