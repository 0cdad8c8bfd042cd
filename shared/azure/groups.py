"""Resource groups."""

from collections.abc import Mapping

from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.models import ResourceGroup

from shared.azure.errors import azure_errors
from shared.azure.starting import start_unless_absent
from shared.domain.operations import OperationRef


def put_group(client: ResourceManagementClient, name: str, location: str, tags: Mapping[str, str]) -> None:
    """Creates the group or sets its tags."""
    with azure_errors(f"create resource group {name}"):
        client.resource_groups.create_or_update(name, ResourceGroup(location=location, tags=dict(tags)))


def delete_group(client: ResourceManagementClient, name: str, subscription_id: str) -> OperationRef:
    """Starts deleting the group with all that is in it; a group that is not there counts as deleted."""
    group_id = f"/subscriptions/{subscription_id}/resourceGroups/{name}"
    with azure_errors(f"delete resource group {name}"):
        return start_unless_absent(group_id, client.resource_groups.begin_delete, name)
