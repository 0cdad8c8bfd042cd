"""Rebuilds what was built on an image that has a newer version; what those publish starts the next level."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.codec import Json, from_json, to_json
from shared.domain.rebuild import Dependents, RebuildRequest, RebuildTemplate, VersionCall

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def rebuild_dependents(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns a `RebuildOutcome` for each template that follows the image."""
    request = from_json(RebuildRequest, context.get_input())
    found = yield from call(context, "find_dependents", VersionCall(request.version), Dependents)
    tasks = [
        context.call_sub_orchestrator("rebuild_template", to_json(RebuildTemplate(address, request)))
        for address in found.addresses
    ]
    outcomes: list[Json] = (yield context.task_all(tasks)) if tasks else []
    return outcomes
