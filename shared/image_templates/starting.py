"""Starts a run as Kiln's own API has it: of a template in the request, or of a stored one."""

import uuid
from dataclasses import replace

from shared.api.builds import StoredBody, names_stored, read_stored_body
from shared.catalog.documents import StoredRequest
from shared.catalog.templates import Stored
from shared.domain.errors import TransientError
from shared.domain.names import new_run_id
from shared.domain.run import Run
from shared.domain.template import ImageTemplate
from shared.image_templates.copying import existing_template
from shared.image_templates.runs import ATTEMPTS, check_ready, claim, request_of
from shared.services import Services
from shared.starting import Durable, inline_request, inline_template, start_run, utc_now
from shared.template.parameters import fill


def start_build(kiln: Services, durable: Durable, document: object, built_by: str) -> Run:
    """The body of `POST /api/builds` as a run.

    Raises InvalidTemplateError with all problems, Refusal for a stored template that is not there or not
    ready.
    """
    if names_stored(document):
        return _start_stored(kiln, durable, read_stored_body(document), built_by)
    request = inline_request(kiln, document, built_by)
    template = inline_template(kiln, request)
    return start_run(kiln, durable, _new_id(template), request, template)


def asked_template(kiln: Services, durable: Durable, document: object) -> ImageTemplate:
    """The template that such a body would start a run of. Raises as `start_build` does."""
    if names_stored(document):
        body = read_stored_body(document)
        return inline_template(kiln, _filled(existing_template(kiln, durable, body.address), body))
    return inline_template(kiln, inline_request(kiln, document))


def _start_stored(kiln: Services, durable: Durable, body: StoredBody, built_by: str) -> Run:
    """One run of a template at a time, as AIB has it; it becomes the template's last run."""
    for _ in range(ATTEMPTS):
        stored = existing_template(kiln, durable, body.address)
        check_ready(kiln, durable, stored.record)
        request = _filled(stored, body, built_by)
        template = inline_template(kiln, request)
        run_id = _new_id(template)
        if claim(kiln, stored, run_id):
            return start_run(kiln, durable, run_id, request, template)
    raise TransientError(f"too many writers change template {body.address.name} at once")


def _filled(stored: Stored, body: StoredBody, built_by: str = "") -> StoredRequest:
    request = request_of(stored.record, built_by)
    return replace(request, template=fill(request.template, body.parameters), cache=body.cache)


def _new_id(template: ImageTemplate) -> str:
    return new_run_id(template.name, utc_now(), uuid.uuid4().hex)
