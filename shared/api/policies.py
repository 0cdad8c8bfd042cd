"""Policies of either kind on the wire."""

from shared.domain.codec import Json
from shared.domain.stored_policy import StoredPolicy


def policy_body(policy: StoredPolicy) -> dict[str, Json]:
    return {"name": policy.name, **_json(policy.document)}


def without_name(document: object) -> dict[str, object]:
    """A policy as it is stored: its name is in the address."""
    members = document if isinstance(document, dict) else {}
    return {name: value for name, value in members.items() if name != "name"}


def _json(document: dict[str, object]) -> dict[str, Json]:
    """A stored document, which was JSON when it came."""
    kept: dict[str, Json] = document  # type: ignore[assignment]  # what json.loads made has no other types
    return kept
