"""The identity of a template: none, or one user-assigned identity."""

from shared.reading.arm_id import USER_ASSIGNED_IDENTITY, arm_id_rule
from shared.reading.object_reader import ObjectReader

_is_identity = arm_id_rule(USER_ASSIGNED_IDENTITY)


def read_identity(root: ObjectReader) -> str | None:
    """The identity's full ARM id. AIB requires `identity`; Kiln has its own, so it may be left out."""
    identity = root.child("identity")
    if identity is None:
        return None
    kind = identity.choice("type", ("UserAssigned", "None"), default="None")
    identities = identity.child("userAssignedIdentities")
    ids = _read_ids(identities) if identities else ()
    if kind == "None" and ids:
        identity.problem_at("userAssignedIdentities", 'must be empty: the type is not "UserAssigned"')
    readable = identities is not None or not identity.has("userAssignedIdentities")
    if kind == "UserAssigned" and readable and not ids:
        identity.problem_at("userAssignedIdentities", "must name the identity")
    if len(ids) > 1:
        identity.problem_at("userAssignedIdentities", f"must name one identity, not {len(ids)}")
    return ids[0] if ids else None


def _read_ids(identities: ObjectReader) -> tuple[str, ...]:
    ids = identities.members()
    for identity_id in ids:
        fault = _is_identity(identity_id)
        if fault:
            identities.problem_at(identity_id, fault)
        details = identities.child(identity_id)
        if details is not None:
            details.ignore("principalId", "clientId")
    return ids
