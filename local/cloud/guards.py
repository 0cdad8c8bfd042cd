"""What ARM itself refuses before a resource type is asked: scopes, regions, conditions."""

from __future__ import annotations

from collections.abc import Mapping

from local.cloud.arm_ids import ArmId
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, resource_not_found
from local.cloud.locations import LOCATIONS, canonical_location
from local.cloud.requests import Answer
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource, Store


def check_enclosing(cloud: Cloud, resource_id: ArmId) -> None:
    """The resource group must be there and stay, and so must the resource that encloses this one."""
    if resource_id.is_resource_group:
        return
    check_group(cloud.store, resource_id.group, writes=True)
    if cloud.store.find(resource_id.parent) is None:
        message = (
            f"Failed to perform 'write' on resource(s) of type '{'/'.join(resource_id.types)}', because the "
            f"parent resource '{resource_id.parent}' could not be found."
        )
        raise ArmError(404, "ParentResourceNotFound", message)


def check_group(store: Store, group_id: ArmId, *, writes: bool) -> None:
    """It must be there, and stay for whoever writes into it."""
    group = store.get(group_id)
    if writes and group.properties["provisioningState"] == "Deleting":
        message = (
            f"The resource group '{group.id.name}' is in deprovisioning state and cannot perform this "
            "operation."
        )
        raise ArmError(409, "ResourceGroupBeingDeleted", message)


def check_location(type_name: str, put: PutRequest) -> None:
    """A known region, and the same as before. Writes the region's canonical name into the body."""
    location = canonical_location(put.location)
    if location not in LOCATIONS:
        message = (
            f"The provided location '{put.location}' is not available for resource type '{type_name}'. "
            f"List of available regions for the resource type is '{','.join(LOCATIONS)}'."
        )
        raise ArmError(400, "LocationNotAvailableForResourceType", message)
    put.body["location"] = location
    if put.previous and put.previous.location != location:
        raise _location_changed(put, put.previous, location)


def _location_changed(put: PutRequest, previous: Resource, location: str) -> ArmError:
    if put.id.is_resource_group:
        message = (
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{previous.location}'."
        )
        return ArmError(409, "InvalidResourceGroupLocation", message)
    message = (
        f"The resource '{put.id.name}' already exists in location '{previous.location}' in resource group "
        f"'{put.id.resource_group}'. A resource with the same name cannot be created in location "
        f"'{location}'. "
        "Please select a new resource name."
    )
    return ArmError(409, "InvalidResourceLocation", message)


def check_conditions(headers: Mapping[str, str], current: Resource | None) -> None:
    """`If-None-Match: *` and `If-Match`, for types that have an etag."""
    if headers.get("if-none-match") == "*" and current:
        raise ArmError(412, "PreconditionFailed", f"The resource '{current.id}' already exists.")
    wanted = headers.get("if-match")
    if wanted and (current is None or wanted not in ("*", current.document.get("etag"))):
        raise ArmError(412, "PreconditionFailed", "The etag given in If-Match is not the resource's.")


def answer_to_absent(resource_id: ArmId) -> Answer:
    """DELETE of what is not there succeeds, except for a resource group."""
    if resource_id.is_resource_group:
        raise resource_not_found(resource_id)
    return Answer(204)
