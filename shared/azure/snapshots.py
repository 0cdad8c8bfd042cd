"""The snapshot of the captured disk, and reading one as a VHD."""

from azure.core.rest import HttpRequest
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import CreationData, GrantAccessData, Snapshot, SnapshotProperties

from shared.azure.errors import azure_errors
from shared.azure.starting import start, start_unless_absent
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan

READ_SECONDS = 24 * 3600  # longer than the slowest copy within one region


def put_snapshot(client: ComputeManagementClient, plan: BuildPlan) -> OperationRef:
    """A snapshot of the disk that the plan names: it can be exported whatever becomes of the disk."""
    source = plan.snapshot_of
    if source is None:
        raise BuildFailed(
            BuildError("DocumentNotFound", "the run's plan names no disk to take a snapshot of")
        )
    creation = CreationData(create_option="Copy", source_resource_id=source.reference)
    snapshot = Snapshot(
        location=plan.location,
        tags=plan.resource_tags,
        properties=SnapshotProperties(creation_data=creation, incremental=False),
    )
    name = plan.names.of("snap")
    with azure_errors("snapshot the build VM's disk"):
        return start(
            snapshot_id(plan), client.snapshots.begin_create_or_update, plan.staging_group, name, snapshot
        )


def snapshot_id(plan: BuildPlan) -> str:
    return plan.resource_id("Microsoft.Compute/snapshots", plan.names.of("snap"))


def grant_read(client: ComputeManagementClient, plan: BuildPlan) -> OperationRef:
    """Asks for a URL to read the snapshot by; the URL is the operation's result and is never stored."""
    data = GrantAccessData(access="Read", duration_in_seconds=READ_SECONDS, file_format="VHD")
    with azure_errors("open the snapshot for reading"):
        return start(
            snapshot_id(plan),
            client.snapshots.begin_grant_access,
            plan.staging_group,
            plan.names.of("snap"),
            data,
        )


def read_granted_url(client: ComputeManagementClient, operation_url: str) -> str:
    """The URL that a grant that has ended gave: a secret, to be used at once."""
    with azure_errors("read the snapshot's URL"):
        response = client.send_request(HttpRequest("GET", operation_url))
        response.raise_for_status()
        body = response.json()
    found = _access_sas(body)
    if not found:
        raise BuildFailed(BuildError("SnapshotNotReadable", "Azure gave no URL to read the snapshot by"))
    return found


def _access_sas(body: object) -> str:
    """`accessSAS`, from the Location's body or from `properties.output` of the operation document."""
    if not isinstance(body, dict):
        return ""
    for key, value in body.items():
        if key.lower() == "accesssas":
            return str(value)
        if key in ("properties", "output") and (found := _access_sas(value)):
            return found
    return ""


def revoke_read(client: ComputeManagementClient, plan: BuildPlan) -> OperationRef:
    """Ends the access; without it Azure refuses to delete the snapshot."""
    with azure_errors("close the snapshot"):
        return start_unless_absent(
            snapshot_id(plan),
            client.snapshots.begin_revoke_access,
            plan.staging_group,
            plan.names.of("snap"),
        )
