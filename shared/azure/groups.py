"""Resource groups, and what lies in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.models import ResourceGroup

from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery import short_region
from shared.azure.starting import start_unless_absent
from shared.domain.operations import OperationRef


@dataclass(frozen=True)
class Group:
    """A resource group that exists; `location` in ARM's short form."""

    location: str
    tags: dict[str, str]
    empty: bool


def find_group(client: ResourceManagementClient, name: str) -> Group | None:
    """The group, None when there is none of that name."""
    with azure_errors(f"look at resource group {name}"):
        try:
            group = client.resource_groups.get(name)
        except HttpResponseError as error:
            if is_absent(error):
                return None
            raise
        inside = client.resources.list_by_resource_group(name, top=1)
        empty = next(iter(inside), None) is None
    return Group(short_region(group.location), dict(group.tags or {}), empty)


def put_group(client: ResourceManagementClient, name: str, location: str, tags: Mapping[str, str]) -> None:
    """Creates the group or sets its tags."""
    with azure_errors(f"create resource group {name}"):
        client.resource_groups.create_or_update(name, ResourceGroup(location=location, tags=dict(tags)))


def delete_group(client: ResourceManagementClient, name: str, subscription_id: str) -> OperationRef:
    """Starts deleting the group with all that is in it; a group that is not there counts as deleted."""
    group_id = f"/subscriptions/{subscription_id}/resourceGroups/{name}"
    with azure_errors(f"delete resource group {name}"):
        return start_unless_absent(group_id, client.resource_groups.begin_delete, name)
