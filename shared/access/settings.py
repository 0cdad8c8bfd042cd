"""Who may call, from the settings: Entra tokens where a tenant is named, else the host's function keys."""

import os
from collections.abc import Mapping
from functools import cache

from shared.access.assignments import AssignmentsError, read_assignments
from shared.access.gate import Gate
from shared.access.tokens import CachedKeys, EntraKeys, TokenValidator

TENANT = "KILN_ENTRA_TENANT_ID"
AUDIENCES = "KILN_ENTRA_AUDIENCES"
ASSIGNMENTS = "KILN_ROLE_ASSIGNMENTS"
PUBLIC_AUTHORITY = "https://login.microsoftonline.com"


class AccessSettingsError(Exception):
    """The settings do not say who may call; nobody may then."""


def uses_entra(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether callers need a token of Microsoft Entra rather than a function key."""
    return bool(environment.get(TENANT))


def read_gate(environment: Mapping[str, str] = os.environ) -> Gate:
    """Raises AccessSettingsError with every problem."""
    if not uses_entra(environment):
        return Gate()
    problems = []
    audiences = tuple(part.strip() for part in environment.get(AUDIENCES, "").split(",") if part.strip())
    if not audiences:
        problems.append(f"{AUDIENCES} is not set: the application ids or URIs that tokens are issued for")
    assignments = {}
    try:
        assignments = dict(read_assignments(environment.get(ASSIGNMENTS, "")))
    except AssignmentsError as error:
        problems.append(f"{ASSIGNMENTS}: {error}")
    if problems:
        raise AccessSettingsError("; ".join(problems))
    tenant, authority = environment[TENANT], environment.get("AZURE_AUTHORITY_HOST", PUBLIC_AUTHORITY)
    keys = CachedKeys(EntraKeys(authority, tenant))
    return Gate(TokenValidator(tenant, audiences, authority, keys, assignments))


@cache
def gate() -> Gate:
    """This process's gate, with its keys cached."""
    return read_gate()
