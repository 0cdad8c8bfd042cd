"""Activities that answer as real ones do, for a build with two customizers, a gallery and a VHD."""

from typing import Any

from shared.domain.build import Reply, StagedBuild, StagedStep
from shared.domain.codec import to_json
from shared.domain.errors import BuildError
from shared.domain.image_events import EventType, ImageEvent
from shared.domain.operations import OperationKind, OperationRef, OperationState, OperationStatus
from shared.domain.run import Output, Phase, Stage

STAGED = StagedBuild(
    source="Debian:debian-12:12-gen2:0.1.2",
    stages=tuple(stage for stage in Stage if stage is not Stage.VALIDATE),
    steps=(
        StagedStep(Phase.CUSTOMIZE, 0, "Shell", "install"),
        StagedStep(Phase.CUSTOMIZE, 1, "File", "page", has_artifact=True),
    ),
    outputs=(Output("gallery", "SharedImage", version="1.0.0"), Output("disk", "VHD")),
    own_network=True,
    needs_snapshot=True,
)
OPERATIONS = [
    "create_network_security_group",
    "create_public_ip",
    "create_nat_gateway",
    "create_virtual_network",
    "create_network_interface",
    "create_vm",
    "stage_scripts",
    "stage_artifact",
    "create_staged_image",
    "create_staged_disk",
    "create_staged_gallery",
    "create_staged_definition",
    "create_staged_version",
    "start_step",
    "restart_step_vm",
    "forget_step",
    "start_deprovision",
    "deallocate_vm",
    "create_snapshot",
    "publish_gallery_version",
    "open_snapshot",
    "copy_vhd",
    "close_snapshot",
    "delete_staging_group",
    "delete_gallery_version",
    "create_managed_image",
    "delete_managed_image",
    "delete_staged_resource",
    "delete_layer_disk",
    "keep_layer",
]
PLAIN = [
    "announce",
    "open_run",
    "record_events",
    "create_staging_group",
    "generalize_vm",
    "release_staging_group",
    "delete_scripts",
    "delete_vhd",
]


def value(result: object) -> Any:
    return to_json(Reply(value=to_json(result)))


def failure(code: str, message: str = "it broke") -> Any:
    return to_json(Reply(error=BuildError(code, message)))


def transient(message: str = "try again") -> Any:
    return to_json(Reply(transient=message))


def succeeding() -> dict[str, Any]:
    """Every activity, every operation done at its first poll."""
    activities: dict[str, Any] = {name: lambda _: value(None) for name in PLAIN}
    for name in OPERATIONS:
        operation = OperationRef(OperationKind.ARM, name, f"https://arm/{name}")
        activities[name] = lambda _, operation=operation: value(operation)
    activities["plan_build"] = lambda _: value(STAGED)
    activities["record_image"] = lambda _: value(ImageEvent("1", EventType.IMAGE_PUBLISHED, "/v/1.0.0", ""))
    activities["check_vhd"] = lambda _: value("https://store/vhds/disk.vhd")
    activities["poll_operation"] = lambda _: value(OperationStatus(OperationState.SUCCEEDED))
    activities["poll_stoppable"] = lambda _: value(OperationStatus(OperationState.SUCCEEDED))
    return activities


def polls(failing: dict[str, OperationStatus]) -> Any:
    """A poll that fails for the operations of the activities named."""

    def poll(asked: dict[str, Any]) -> Any:
        resource = asked["operation"]["resource_id"]
        return value(failing.get(resource, OperationStatus(OperationState.SUCCEEDED)))

    return poll


def failing(operations: dict[str, OperationStatus]) -> dict[str, Any]:
    """Every activity; the operations of those named end as given."""
    poll = polls(operations)
    return succeeding() | {"poll_operation": poll, "poll_stoppable": poll}
