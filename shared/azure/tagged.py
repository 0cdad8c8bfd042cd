"""Resource groups and resources by tag, and the deletion of any resource by its id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from shared.azure.clients import ArmClients
from shared.azure.errors import azure_errors
from shared.azure.groups import delete_group
from shared.azure.starting import start_unless_absent
from shared.domain.janitor import GROUP, RUN_TAG, Leftover, Tagged
from shared.domain.operations import OperationRef

SNAPSHOT = "microsoft.compute/snapshots"


def list_tagged(client: ResourceManagementClient) -> Iterator[Tagged]:
    """Everything that carries Kiln's tag of a run; resources in groups that carry it too are left out."""
    wanted = f"tagName eq '{RUN_TAG}'"
    with azure_errors("list what carries Kiln's tags"):
        listed = client.resource_groups.list(filter=wanted)
        groups = [Tagged(group.id or "", GROUP, dict(group.tags or {})) for group in listed]
        yield from groups
        inside = tuple(f"{group.id.lower()}/" for group in groups)
        for resource in client.resources.list(filter=wanted):
            found = Tagged(resource.id or "", resource.type or "", dict(resource.tags or {}))
            if not found.id.lower().startswith(inside):
                yield found


def snapshots_in(clients: ArmClients, leftover: Leftover) -> Iterator[str]:
    """Ids of the snapshots in a leftover, which may be one itself."""
    with azure_errors(f"look for snapshots in {leftover.id}"):
        if leftover.type.lower() == SNAPSHOT:
            yield leftover.id
        elif leftover.type == GROUP:
            listed = clients.resources.resources.list_by_resource_group(
                leftover.id.rpartition("/")[2], filter=f"resourceType eq '{SNAPSHOT}'"
            )
            yield from (snapshot.id or "" for snapshot in listed)


@dataclass
class ApiVersions:
    """The newest stable api-version of each resource type, asked for once per process."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, client: ResourceManagementClient, kind: str) -> str:
        """Raises BuildFailed with ARM's code when the provider is not registered."""
        if kind.lower() not in self.known:
            namespace = kind.partition("/")[0]
            with azure_errors(f"look up the api-versions of {namespace}"):
                provider = client.providers.get(namespace)
            for found in provider.resource_types or []:
                versions = found.api_versions or []
                stable = [version for version in versions if "preview" not in version] or versions
                self.known[f"{namespace}/{found.resource_type}".lower()] = max(stable, default="")
        return self.known[kind.lower()]


_VERSIONS = ApiVersions()


def delete_tagged(clients: ArmClients, leftover: Leftover) -> OperationRef:
    """Starts deleting a group with all that is in it, or one resource; what is not there is deleted."""
    parts = leftover.id.strip("/").split("/")
    if leftover.type == GROUP:
        return delete_group(clients.resources, parts[3], parts[1])
    version = _VERSIONS.of(clients.resources, leftover.type)
    with azure_errors(f"delete {leftover.id}"):
        delete = partial(clients.resources.resources.begin_delete_by_id, api_version=version)
        return start_unless_absent(leftover.id, delete, leftover.id)


def close_snapshot(client: ComputeManagementClient, snapshot_id: str) -> OperationRef:
    """Ends all reading of a snapshot; one that is not open counts as closed."""
    parts = snapshot_id.strip("/").split("/")
    with azure_errors(f"close {snapshot_id}"):
        return start_unless_absent(snapshot_id, client.snapshots.begin_revoke_access, parts[3], parts[7])
