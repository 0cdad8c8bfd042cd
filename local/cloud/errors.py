"""Errors as ARM sends them: an HTTP status and `{"error": {"code", "message", "target", "details"}}`.

Wording follows Azure's own messages where these are known, because people search for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from local.cloud.arm_ids import ArmId
from local.cloud.json_types import Json


@dataclass(eq=False)
class ArmError(Exception):
    """A request or an operation that is refused. `code` is what clients decide by."""

    status: int
    code: str
    message: str
    target: str | None = None
    details: Sequence[Json] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"

    def error(self) -> Json:
        """The inner object, also used as the `error` of a failed operation."""
        document: Json = {"code": self.code, "message": self.message}
        if self.target:
            document["target"] = self.target
        if self.details:
            document["details"] = list(self.details)
        return document

    def body(self) -> Json:
        return {"error": self.error()}


def resource_not_found(resource: ArmId) -> ArmError:
    if resource.is_resource_group:
        message = f"Resource group '{resource.name}' could not be found."
        return ArmError(404, "ResourceGroupNotFound", message)
    message = (
        f"The Resource '{resource.relative}' under resource group '{resource.resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message)


def missing_reference(referenced: str, by: ArmId, target: str | None = None) -> ArmError:
    """A body names a resource that does not exist."""
    message = (
        f"Resource {referenced} referenced by resource {by} was not found. Please make sure that the "
        "referenced resource exists, and that both resources are in the same region."
    )
    return ArmError(400, "InvalidResourceReference", message, target)


def invalid_parameter(message: str, target: str) -> ArmError:
    return ArmError(400, "InvalidParameter", message, target)


def required_parameter(name: str) -> ArmError:
    return invalid_parameter(f"Required parameter '{name}' is missing (null).", name)


def not_allowed(message: str) -> ArmError:
    return ArmError(409, "OperationNotAllowed", message)


def change_not_allowed(property_path: str) -> ArmError:
    message = f"Changing property '{property_path}' is not allowed."
    return ArmError(409, "PropertyChangeNotAllowed", message, property_path)


def concurrent_request() -> ArmError:
    message = (
        "The request failed due to conflict with a concurrent request. To resolve it, please refer to "
        "https://aka.ms/activitylog to get more details on the conflicting requests."
    )
    return ArmError(409, "Conflict", message)


def not_implemented(operation: str) -> ArmError:
    """What Azure has and this cloud has not: said plainly, never a made-up success."""
    return ArmError(501, "NotImplemented", f"The local cloud does not implement {operation}.")
