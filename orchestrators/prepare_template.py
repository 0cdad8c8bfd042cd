"""Prepares a template that was created or updated: checks it, ends the operation, starts its first run."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.names import new_run_id
from shared.domain.template_operation import AutoRun, PreparedCall, PrepareRequest

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def prepare_template(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns what is wrong with the template, None when it can be built."""
    request = from_json(PrepareRequest, context.get_input())
    error: BuildError | None = None
    try:
        yield from call(context, "check_template", request, type(None))
    except BuildFailed as failure:
        error = failure.error
    now = context.current_utc_datetime
    run_id = new_run_id(request.address.name, now, request.operation)
    prepared = PreparedCall(request.operation, request.address, run_id, error)
    auto_run = yield from call(context, "finish_template", prepared, AutoRun)
    if auto_run.build is not None:
        yield context.call_sub_orchestrator("build_image", to_json(auto_run.build), run_id)
    return to_json(error)
