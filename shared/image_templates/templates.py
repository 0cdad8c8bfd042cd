"""Image templates: list, get, create, update, delete."""

import uuid
from dataclasses import replace

from shared.api.arm import Answer, Refusal, read_skip_token, skip_token
from shared.api.image_templates import template_body
from shared.catalog.templates import Stored, TemplateTooLargeError
from shared.domain.codec import Json, to_json
from shared.domain.template import ImageTemplate
from shared.domain.template_operation import OperationState, PrepareRequest, TemplateOperation
from shared.domain.template_record import (
    UNDER_WAY,
    Authorship,
    ProvisioningState,
    TemplateRecord,
)
from shared.image_templates.answers import (
    changed_meanwhile,
    listing,
    not_allowed,
    not_found,
    operation_headers,
    result_headers,
    running,
    show,
)
from shared.image_templates.circles import refuse_circles
from shared.image_templates.documents import kept, patched, read_as, read_template
from shared.image_templates.progress import active_run, find
from shared.image_templates.request import Request
from shared.reading.names import short_region
from shared.services import Services
from shared.starting import Durable, utc_now

PAGE_SIZE = 50
# How a PUT asks to change what exists, which AIB refuses: by header, or by a tag where only the body is ours.
ALLOW_UPDATE_HEADER = "x-kiln-allow-update"
ALLOW_UPDATE_TAG = "kiln-allow-update"


def list_templates(kiln: Services, durable: Durable, request: Request) -> Answer:
    """Those of a group, or of the subscription; `$top` asks for smaller pages."""
    del durable
    token = request.query.get("$skiptoken", "")
    try:
        after = read_skip_token(token) if token else ""
    except ValueError as error:
        raise Refusal("InvalidQueryParameter", "The query parameter $skiptoken is not valid.", 400) from error
    page = kiln.templates.page(request.subscription_id, request.resource_group, after, _page_size(request))
    values: list[Json] = [
        template_body(record, kiln.runs.get(record.last_run) if record.last_run else None)
        for record in page.templates
    ]
    return listing(values, request.next_page_url(skip_token(page.after)) if page.after else "")


def _page_size(request: Request) -> int:
    text = request.query.get("$top", str(PAGE_SIZE))
    if not text.isdigit() or int(text) < 1:
        raise Refusal("InvalidQueryParameter", f"The query parameter $top '{text}' is not a number.", 400)
    return min(int(text), PAGE_SIZE)


def get_template(kiln: Services, durable: Durable, request: Request) -> Answer:
    return show(kiln, existing(kiln, durable, request))


def existing(kiln: Services, durable: Durable, request: Request) -> Stored:
    """The template that the request is about; Refusal 404 when there is none."""
    stored = find(kiln, durable, request.address)
    if stored is None:
        raise not_found(request.address)
    return stored


def put_template(kiln: Services, durable: Durable, request: Request) -> Answer:
    """201 for a new template; one that exists is changed only for those who ask for it."""
    sent = request.document()
    api_version = read_as(sent, request.api_version)
    # What is refused must be told at its place in the body that was sent.
    template = read_template(sent, request.address, api_version)
    document = kept(sent)
    before = find(kiln, durable, request.address)
    _check_conditions(request, before)
    if before is None:
        record = _new_record(request, document, api_version, template)
        return _begin(kiln, durable, request, None, record)
    _check_update(kiln, durable, request, before, template)
    record = replace(before.record, document=document, api_version=api_version)
    return _begin(kiln, durable, request, before, record)


def _new_record(
    request: Request, document: dict[str, object], api_version: str, template: ImageTemplate
) -> TemplateRecord:
    now = utc_now().isoformat()
    return TemplateRecord(
        address=request.address,
        location=template.location,
        document=document,
        api_version=api_version,
        state=ProvisioningState.CREATING,
        operation=str(uuid.uuid4()),
        authorship=Authorship(
            created_by=request.caller.name, created_by_type=request.caller.kind, created_at=now
        ),
    )


def _check_conditions(request: Request, before: Stored | None) -> None:
    """If-Match and If-None-Match (RFC 9110); the latter only as `*`, which means: create, never replace."""
    wanted, unwanted = request.headers.get("if-match", ""), request.headers.get("if-none-match", "")
    found = before.etag if before else ""
    if (wanted and (not found or wanted not in ("*", found))) or (unwanted == "*" and found):
        message = (
            f"The condition set in the request's header on image template '{request.template}' is not met."
        )
        raise Refusal("PreconditionFailed", message, 412)


def _check_update(
    kiln: Services, durable: Durable, request: Request, before: Stored, template: ImageTemplate
) -> None:
    record = before.record
    asked = request.headers.get(ALLOW_UPDATE_HEADER, "") or template.tags.get(ALLOW_UPDATE_TAG, "")
    if asked.lower() != "true":
        message = (
            f"Image template '{record.address.name}' exists already. Update/Upgrade of image templates is "
            f"currently not supported. Kiln allows it with the header {ALLOW_UPDATE_HEADER}: true or the tag "
            f"{ALLOW_UPDATE_TAG}: true."
        )
        raise Refusal("Conflict", message, 409)
    if template.location != short_region(record.location):
        message = (
            f"location: is {record.location} and cannot be changed; delete the template and create it anew"
        )
        raise Refusal("InvalidResourceLocation", message, 409)
    _check_idle(kiln, durable, "Update", record)


def _check_idle(kiln: Services, durable: Durable, action: str, record: TemplateRecord) -> None:
    if record.state in UNDER_WAY:
        raise not_allowed(action, record.address, record.state)
    run = active_run(kiln, durable, record)
    if run is not None:
        raise not_allowed(action, record.address, running(run.state))


def _begin(
    kiln: Services, durable: Durable, request: Request, before: Stored | None, record: TemplateRecord
) -> Answer:
    """Writes the record as under way and has it prepared."""
    now = utc_now().isoformat()
    if record.triggers:
        refuse_circles(kiln, record)
    if before is not None:
        record = replace(
            record,
            state=ProvisioningState.UPDATING,
            operation=str(uuid.uuid4()),
            error=None,
        )
        record = _modified(record, request)
    operation = TemplateOperation(record.operation, record.address, record.location, now)
    kiln.operations.put(operation)
    stored = _write(kiln, before, record)
    prepare = PrepareRequest(operation.id, record.address)
    durable.start("prepare_template", operation.id, to_json(prepare))
    answer = show(kiln, stored, 201 if before is None else 200)
    headers = {**answer.headers, **operation_headers(kiln, request, operation)}
    return Answer(202 if request.method == "PATCH" else answer.status, answer.body, headers)


def _modified(record: TemplateRecord, request: Request) -> TemplateRecord:
    caller = request.caller
    authorship = replace(
        record.authorship,
        modified_by=caller.name,
        modified_by_type=caller.kind,
        modified_at=utc_now().isoformat(),
    )
    return replace(record, authorship=authorship)


def _write(kiln: Services, before: Stored | None, record: TemplateRecord) -> Stored:
    try:
        etag = kiln.templates.add(record) if before is None else kiln.templates.replace(before, record)
    except TemplateTooLargeError as error:
        message = "The template is too large; keep long scripts behind a scriptUri."
        raise Refusal("RequestEntityTooLarge", message, 413) from error
    if etag is None:
        raise changed_meanwhile(record.address)
    return Stored(record, etag)


def patch_template(kiln: Services, durable: Durable, request: Request) -> Answer:
    """Tags and identity at once; targets and the machine are checked first, as a new template's are."""
    patch = request.document()
    before = existing(kiln, durable, request)
    _check_conditions(request, before)
    document = patched(before.record, patch, request.api_version)
    api_version = before.record.api_version
    if patch.get("properties"):  # they may say what the template's own api-version does not know
        api_version = max(api_version, request.api_version)
    read_template(document, before.record.address, api_version)
    record = replace(before.record, document=document, api_version=api_version)
    if patch.get("properties"):
        _check_idle(kiln, durable, "Update", record)
        return _begin(kiln, durable, request, before, record)
    if record.state in UNDER_WAY:
        raise not_allowed("Update", record.address, record.state)
    return show(kiln, _write(kiln, before, _modified(record, request)))


def delete_template(kiln: Services, durable: Durable, request: Request) -> Answer:
    """204 when there is none. Deleting is one conditional write, so it cannot stop half way."""
    before = find(kiln, durable, request.address)
    if before is None:
        return Answer(204)
    _check_conditions(request, before)
    record = before.record
    _check_idle(kiln, durable, "Delete", record)
    if not kiln.templates.delete(before):
        raise changed_meanwhile(record.address)
    now = utc_now().isoformat()
    operation = TemplateOperation(
        str(uuid.uuid4()), record.address, record.location, now, now, OperationState.SUCCEEDED
    )
    kiln.operations.put(operation)
    return Answer(202, None, result_headers(kiln, request, operation))
