"""Runs that go on from an earlier one: a failed run again, or what a run published to further places.

Each is a run of its own, which names the earlier one; see docs/adr.
"""

import copy
import uuid
from dataclasses import replace

from shared.catalog.documents import StoredRequest
from shared.domain.names import new_run_id
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.run import Progress, Run, RunState
from shared.services import Services
from shared.starting import Durable, inline_template, start_run, utc_now


class NotPossibleError(Exception):
    """The run's state does not allow it; the message says why."""


def retry_run(kiln: Services, durable: Durable, run: Run, built_by: str) -> Run:
    """Starts a failed run again: in the VM that it kept, else from its beginning.

    A run of which some outputs were published gets the others made from those. Raises NotPossibleError.
    """
    if not run.ended or run.state is RunState.SUCCEEDED:
        raise NotPossibleError(
            f"run {run.id} is {run.state}: only one that failed or was cancelled is retried"
        )
    request = replace(kiln.documents.get_request(run.id), built_by=built_by)
    if run.state is RunState.PARTIALLY_SUCCEEDED:
        return _start(kiln, durable, _only_failed(request, run))
    return _start(kiln, durable, replace(request, retry_of=run.id, redistribute_of=""))


def redistribute_run(kiln: Services, durable: Durable, run: Run, document: object, built_by: str) -> Run:
    """Publishes what the run published to the distributors of `{"distribute": […]}`.

    Raises NotPossibleError, and InvalidTemplateError with every problem.
    """
    if not any(output.state is Progress.SUCCEEDED for output in run.outputs):
        raise NotPossibleError(f"run {run.id} has published nothing that could be distributed again")
    if not isinstance(document, dict) or set(document) != {"distribute"}:
        problem = Problem("$", 'must be {"distribute": […]}, with distributors as a template has them')
        raise InvalidTemplateError((problem,))
    request = replace(kiln.documents.get_request(run.id), built_by=built_by)
    return _start(kiln, durable, _with_outputs(request, run, document["distribute"]))


def _start(kiln: Services, durable: Durable, request: StoredRequest) -> Run:
    template = inline_template(kiln, request)
    run_id = new_run_id(template.name, utc_now(), uuid.uuid4().hex)
    return start_run(kiln, durable, run_id, request, template)


def _only_failed(request: StoredRequest, run: Run) -> StoredRequest:
    failed = {output.name for output in run.outputs if output.state is not Progress.SUCCEEDED}
    properties = request.template.get("properties")
    written = properties.get("distribute") if isinstance(properties, dict) else None
    items = written if isinstance(written, list) else []
    wanted = [item for item in items if isinstance(item, dict) and item.get("runOutputName") in failed]
    return replace(_with_outputs(request, run, wanted), retry_of=run.id)


def _with_outputs(request: StoredRequest, run: Run, distribute: object) -> StoredRequest:
    """The same template with other outputs; what it does besides is not done again."""
    template = copy.deepcopy(request.template)
    properties = template.get("properties")
    if isinstance(properties, dict):
        properties["distribute"] = distribute
    return replace(request, template=template, retry_of="", redistribute_of=run.id)
