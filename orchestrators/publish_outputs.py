"""Publishes all outputs of a build at once; one that fails does not stop the others."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.build_steps import Build
from shared.domain.build import PublishRequest
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.run import Output

if TYPE_CHECKING:
    from azure.durable_functions.models.Task import TaskBase

PUBLISHERS = {
    "SharedImage": "publish_shared_image",
    "ManagedImage": "publish_managed_image",
    "VHD": "publish_vhd",
}


def publish_outputs(build: Build, outputs: tuple[Output, ...]) -> Generator[Any, Any, None]:
    """Raises BuildFailed with the first output's error.

    Not raced: an output that was begun is brought to its end, published or removed. Between polls publishers
    look at the run's record, which says when it was cancelled, and at the time.
    """
    results = yield build.context.task_all([_publisher(build, outputs, output) for output in outputs])
    published = [from_json(Output, result) for result in results]
    errors = [output.error for output in published if output.error is not None]
    if errors:
        raise BuildFailed(errors[0])


def _publisher(build: Build, outputs: tuple[Output, ...], output: Output) -> "TaskBase":
    """The publishing orchestration of one output; the plan counts outputs by type."""
    index = [other.name for other in outputs if other.type == output.type].index(output.name)
    until = build.ends_at.isoformat()
    request = PublishRequest(build.request.run_id, index, output, build.request.poll, until)
    return build.context.call_sub_orchestrator(PUBLISHERS[output.type], to_json(request))
