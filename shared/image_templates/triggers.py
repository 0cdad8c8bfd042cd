"""Triggers of a template: kept with it; whoever watches source images starts the builds.

Rules: learn.microsoft.com, "How to use triggers for automatic image creation in Azure VM Image Builder".
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace

from shared.api.arm import Answer, Refusal
from shared.api.image_templates import trigger_body
from shared.domain.codec import Json
from shared.domain.problems import Problem
from shared.domain.template import (
    ImageTemplate,
    PlatformImageSource,
    SharedImageDistributor,
    SharedImageVersionSource,
)
from shared.domain.template_operation import OperationState, TemplateOperation
from shared.domain.template_record import ProvisioningState, TemplateRecord, TriggerRecord
from shared.image_templates.answers import (
    changed_meanwhile,
    listing,
    not_allowed,
    not_found,
    operation_headers,
    result_headers,
)
from shared.image_templates.circles import refuse_circles
from shared.image_templates.documents import template_of
from shared.image_templates.request import Request
from shared.image_templates.templates import existing
from shared.reading.names import template_name
from shared.services import Services
from shared.starting import Durable, utc_now

KIND = "SourceImage"
LATEST = "latest"


def list_triggers(kiln: Services, durable: Durable, request: Request) -> Answer:
    record = existing(kiln, durable, request).record
    values: list[Json] = [trigger_body(record.address, trigger) for trigger in record.triggers]
    return listing(values)


def get_trigger(kiln: Services, durable: Durable, request: Request) -> Answer:
    record = existing(kiln, durable, request).record
    return Answer(200, trigger_body(record.address, _trigger(record, request.child)))


def _trigger(record: TemplateRecord, name: str) -> TriggerRecord:
    for trigger in record.triggers:
        if trigger.name.lower() == name.lower():
            return trigger
    raise not_found(record.address, f"triggers/{name}")


def put_trigger(kiln: Services, durable: Durable, request: Request) -> Answer:
    """201 for a new one, 200 for one that is there: a trigger has no settings that could change."""
    problems = list(_body_problems(request))
    if problems:
        raise Refusal("ValidationFailed", "; ".join(map(str, problems)), 400, problems)
    before = existing(kiln, durable, request)
    record = before.record
    same = [trigger for trigger in record.triggers if trigger.name.lower() == request.child.lower()]
    if same:
        return Answer(200, trigger_body(record.address, same[0]))
    _check_template(record)
    refuse_circles(kiln, record)
    trigger = TriggerRecord(request.child, KIND, utc_now().isoformat())
    if kiln.templates.replace(before, replace(record, triggers=(trigger,))) is None:
        raise changed_meanwhile(record.address)
    operation = _done(kiln, record)
    return Answer(201, trigger_body(record.address, trigger), operation_headers(kiln, request, operation))


def _body_problems(request: Request) -> Iterator[Problem]:
    fault = template_name(request.child)
    if fault:
        yield Problem("triggerName", fault)
    properties = request.document().get("properties")
    kind = properties.get("kind") if isinstance(properties, dict) else None
    if kind != KIND:
        yield Problem("properties.kind", f'must be "{KIND}"')


def _check_template(record: TemplateRecord) -> None:
    if record.state is not ProvisioningState.SUCCEEDED:
        raise not_allowed("Creating a trigger", record.address, record.state)
    if record.triggers:
        message = (
            f"Image template '{record.address.name}' has the trigger '{record.triggers[0].name}' already."
        )
        raise Refusal("Conflict", message, 409)
    problems = list(_template_problems(template_of(record)))
    if problems:
        message = f"The image template cannot have a trigger: {'; '.join(map(str, problems))}"
        raise Refusal("ValidationFailed", message, 400, problems)


def _template_problems(template: ImageTemplate) -> Iterator[Problem]:
    source = template.source
    followed = isinstance(source, PlatformImageSource) and source.version.lower() == LATEST
    definition = ""
    if isinstance(source, SharedImageVersionSource):
        definition, _, version = source.image_version_id.lower().rpartition("/versions/")
        followed = version == LATEST
    if not followed:
        yield Problem("properties.source", 'must be a platform or gallery image at version "latest"')
    for index, target in enumerate(template.distribute):
        if not isinstance(target, SharedImageDistributor):
            continue
        place = f"properties.distribute[{index}].galleryImageId"
        wanted, _, version = target.gallery_image_id.lower().partition("/versions/")
        if version:
            yield Problem(place, "must not name an exact version: a second build could not publish it")
        if wanted == definition:
            yield Problem(place, "must not be the source's own definition: each build would start the next")


def delete_trigger(kiln: Services, durable: Durable, request: Request) -> Answer:
    """204 when there is no such trigger."""
    before = existing(kiln, durable, request)
    record = before.record
    kept = tuple(trigger for trigger in record.triggers if trigger.name.lower() != request.child.lower())
    if kept == record.triggers:
        return Answer(204)
    if kiln.templates.replace(before, replace(record, triggers=kept)) is None:
        raise changed_meanwhile(record.address)
    return Answer(202, None, result_headers(kiln, request, _done(kiln, record)))


def _done(kiln: Services, record: TemplateRecord) -> TemplateOperation:
    """The operation that clients follow although the work is done: a trigger is one write."""
    now = utc_now().isoformat()
    operation = TemplateOperation(
        str(uuid.uuid4()), record.address, record.location, now, now, OperationState.SUCCEEDED
    )
    kiln.operations.put(operation)
    return operation
