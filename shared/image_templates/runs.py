"""Runs of a template as AIB has them: start one, cancel it, and what the runs published."""

import uuid
from dataclasses import replace

from shared.api.arm import Answer
from shared.api.image_templates import run_output_body
from shared.catalog.documents import StoredRequest
from shared.catalog.templates import Stored
from shared.domain.codec import Json
from shared.domain.errors import TransientError
from shared.domain.names import new_run_id
from shared.domain.run import Output
from shared.domain.template_operation import TemplateOperation
from shared.domain.template_record import ProvisioningState, TemplateRecord
from shared.image_templates.answers import (
    listing,
    not_allowed,
    not_found,
    operation_headers,
    result_headers,
    running,
)
from shared.image_templates.documents import template_of
from shared.image_templates.progress import active_run, published
from shared.image_templates.request import Request
from shared.image_templates.templates import existing
from shared.services import Services
from shared.starting import Durable, cancel_run, start_run, utc_now

ATTEMPTS = 8


def run_template(kiln: Services, durable: Durable, request: Request) -> Answer:
    """202; one run of a template at a time. Who wins the write to the record has the run."""
    for _ in range(ATTEMPTS):
        stored = existing(kiln, durable, request)
        record = stored.record
        check_ready(kiln, durable, record)
        template = template_of(record)
        run_id = new_run_id(template.name, utc_now(), uuid.uuid4().hex)
        if claim(kiln, stored, run_id):
            operation = _operation(record, run_id)
            kiln.operations.put(operation)
            asked = request_of(record, request.caller.identity)
            start_run(kiln, durable, run_id, asked, template)
            return _accepted(kiln, request, operation)
    raise TransientError(f"too many writers change template {request.template} at once")


def check_ready(kiln: Services, durable: Durable, record: TemplateRecord) -> None:
    """Raises Refusal 409 while the template is no good or a run of it goes on."""
    if record.state is not ProvisioningState.SUCCEEDED:
        raise not_allowed("Run", record.address, record.state)
    run = active_run(kiln, durable, record)
    if run is not None:
        raise not_allowed("Run", record.address, running(run.state))


def claim(kiln: Services, stored: Stored, run_id: str) -> bool:
    """Makes `run_id` the template's run; False when somebody wrote to the template meanwhile.

    What the run before published is kept in the record now, because that run is no longer the last.
    """
    record = stored.record
    claimed = replace(record, last_run=run_id, outputs=published(kiln, record))
    return kiln.templates.replace(stored, claimed) is not None


def request_of(record: TemplateRecord, built_by: str) -> StoredRequest:
    """What a run is started with: the template as it was sent, to be read as it was then."""
    address = record.address
    return StoredRequest(
        address.name, address.resource_group, record.document, record.api_version, built_by=built_by
    )


def _operation(record: TemplateRecord, run_id: str, *, cancels: bool = False) -> TemplateOperation:
    now = utc_now().isoformat()
    return TemplateOperation(
        str(uuid.uuid4()), record.address, record.location, now, run=run_id, cancels=cancels
    )


def _accepted(kiln: Services, request: Request, operation: TemplateOperation) -> Answer:
    headers = {**operation_headers(kiln, request, operation), **result_headers(kiln, request, operation)}
    return Answer(202, None, headers)


def cancel_template(kiln: Services, durable: Durable, request: Request) -> Answer:
    """202 while there is a run to cancel, asked once or often; 204 when there is none."""
    record = existing(kiln, durable, request).record
    run = active_run(kiln, durable, record)
    if run is None:
        return Answer(204)
    operation = _operation(record, run.id, cancels=True)
    kiln.operations.put(operation)
    cancel_run(kiln, durable, run)
    return _accepted(kiln, request, operation)


def list_run_outputs(kiln: Services, durable: Durable, request: Request) -> Answer:
    record = existing(kiln, durable, request).record
    outputs = _outputs(kiln, record)
    values: list[Json] = [run_output_body(record.address, outputs[name]) for name in sorted(outputs)]
    return listing(values)


def get_run_output(kiln: Services, durable: Durable, request: Request) -> Answer:
    record = existing(kiln, durable, request).record
    for name, output in _outputs(kiln, record).items():
        if name.lower() == request.child.lower():
            return Answer(200, run_output_body(record.address, output))
    raise not_found(record.address, f"runOutputs/{request.child}")


def _outputs(kiln: Services, record: TemplateRecord) -> dict[str, Output]:
    """Each output as the newest run that published it left it."""
    by_name = published(kiln, record)
    runs = [kiln.runs.get(run_id) for run_id in sorted(set(by_name.values()))]
    return {
        output.name: output
        for run in runs
        if run is not None
        for output in run.outputs
        if by_name.get(output.name) == run.id
    }
