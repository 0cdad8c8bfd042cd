"""Role assignments from the setting KILN_ROLE_ASSIGNMENTS.

A JSON array of `{"principalId": "<object id>", "role": "Reader|Builder|Owner", "scope": "/subscriptions/…"}`;
without `scope` the role holds everywhere.
"""

import json
from collections.abc import Mapping

from shared.access.roles import EVERYWHERE, Assignment, Role

_ROLES = {role.name.capitalize(): role for role in Role}
_MEMBERS = {"principalId", "role", "scope"}


class AssignmentsError(ValueError):
    """The setting is faulty; the message names every fault with its place."""


def read_assignments(text: str) -> Mapping[str, tuple[Assignment, ...]]:
    """Assignments by object id, in lower case. Raises AssignmentsError."""
    listed = _listed(text)
    faults: list[str] = []
    found: dict[str, tuple[Assignment, ...]] = {}
    for index, entry in enumerate(listed):
        entry_faults = [f"[{index}]{fault}" for fault in _faults(entry)]
        faults += entry_faults
        if isinstance(entry, dict) and not entry_faults:
            principal = str(entry["principalId"]).lower()
            given = Assignment(_ROLES[entry["role"]], entry.get("scope", EVERYWHERE))
            found[principal] = (*found.get(principal, ()), given)
    if faults:
        raise AssignmentsError("; ".join(faults))
    return found


def _listed(text: str) -> list[object]:
    try:
        listed = json.loads(text or "[]")
    except ValueError as error:
        raise AssignmentsError(f"is no JSON: {error}") from error
    if not isinstance(listed, list):
        raise AssignmentsError("must be a JSON array")
    return listed


def _faults(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [": must be an object"]
    faults = [f".{name}: unknown member" for name in entry if name not in _MEMBERS]
    if not isinstance(entry.get("principalId"), str) or not entry["principalId"]:
        faults.append(".principalId: must be an object id")
    if entry.get("role") not in _ROLES:
        faults.append(f".role: must be one of {', '.join(_ROLES)}")
    scope = entry.get("scope", EVERYWHERE)
    if not isinstance(scope, str) or not scope.startswith("/"):
        faults.append(".scope: must be / or a full ARM id")
    return faults
