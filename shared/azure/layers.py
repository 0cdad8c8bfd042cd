"""Layers as snapshots: incremental ones, tagged with what they hold (docs/layers.md)."""

from collections.abc import Iterator
from datetime import UTC, datetime

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import CreationData, Snapshot, SnapshotProperties

from shared.azure.errors import azure_errors, is_absent
from shared.azure.starting import start
from shared.azure.values import text
from shared.domain.layers import Layer
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan

KEY_TAG = "kiln-layer"
CHAIN_TAG = "kiln-layer-chain"
RUN_TAG = "kiln-layer-run"  # not the tag by which the janitor finds what runs have left behind
TEMPLATE_TAG = "kiln-template"
EXPIRES_TAG = "kiln-expires"
SNAPSHOT_TYPE = "Microsoft.Compute/snapshots"
COMPLETE = 100.0  # percent
LONG_AGO = datetime.fromtimestamp(0, UTC)


def put_layer(
    client: ComputeManagementClient, plan: BuildPlan, group: str, disk_id: str, count: int
) -> OperationRef:
    """Keeps the disk as it is now, with the first `count` customizers in it.

    Asked again it changes nothing: the name is the run's, and Azure does not take a snapshot twice.
    """
    name = plan.names.layer(plan.template_name, count)
    snapshot = Snapshot(
        location=plan.location,
        tags=_tags(plan, count),
        properties=SnapshotProperties(
            creation_data=CreationData(create_option="Copy", source_resource_id=disk_id), incremental=True
        ),
    )
    snapshot_id = (
        f"/subscriptions/{plan.subscription_id}/resourceGroups/{group}/providers/{SNAPSHOT_TYPE}/{name}"
    )
    with azure_errors("keep the build VM's disk as a layer"):
        return start(snapshot_id, client.snapshots.begin_create_or_update, group, name, snapshot)


def list_layers(client: ComputeManagementClient, group: str) -> Iterator[Layer]:
    """Every layer in the resource group, whatever its state; a group that is absent holds none."""
    with azure_errors(f"list the layers in resource group {group}"):
        try:
            for snapshot in client.snapshots.list_by_resource_group(group):
                if KEY_TAG in (snapshot.tags or {}):
                    yield _layer(snapshot)
        except HttpResponseError as error:
            if not is_absent(error):
                raise


def _tags(plan: BuildPlan, count: int) -> dict[str, str]:
    chain = plan.layers.chain
    if chain is None:
        raise AssertionError("a run keeps layers once it is known what they hold")
    begun = plan.layers.layer
    # What a layer was built on does not get younger by what was added to it.
    expires = min(plan.layers.expires_at, begun.expires_at) if begun else plan.layers.expires_at
    own = {
        KEY_TAG: chain.key(count),
        CHAIN_TAG: chain.short(count),
        RUN_TAG: plan.run_id,
        TEMPLATE_TAG: plan.template_name,
        EXPIRES_TAG: expires,
    }
    return {**plan.tags, **own}


def _layer(snapshot: Snapshot) -> Layer:
    tags, properties = snapshot.tags or {}, snapshot.properties
    state = text(properties.provisioning_state if properties else None)
    percent = properties.completion_percent if properties else None
    made = properties.time_created if properties else None
    return Layer(
        id=snapshot.id or "",
        key=tags[KEY_TAG],
        chain=tags.get(CHAIN_TAG, ""),
        run_id=tags.get(RUN_TAG, ""),
        template=tags.get(TEMPLATE_TAG, ""),
        created_at=(made or LONG_AGO).isoformat(),
        expires_at=tags.get(EXPIRES_TAG, ""),
        size_gib=int((properties.disk_size_gb if properties else None) or 0),
        usable=state == "Succeeded"
        and (percent is None or percent >= COMPLETE)
        and _is_moment(tags.get(EXPIRES_TAG, "")),
    )


def _is_moment(text: str) -> bool:
    """Tags can be changed by anybody who may write them."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
