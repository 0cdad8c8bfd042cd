"""Submit: what is looked at when a template is created or updated, before anybody builds it."""

import hashlib
from dataclasses import replace

from shared.azure.fetch import check, fetch
from shared.azure.gallery import get_definition
from shared.azure.sources import resolve
from shared.customizers.registry import customizer_kinds
from shared.distributors.gallery_image_id import GalleryImageId
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.template import ImageTemplate, SharedImageDistributor
from shared.domain.template_operation import AutoRun, PreparedCall, PrepareRequest
from shared.domain.template_record import TemplateAddress, TemplateRecord
from shared.image_templates.documents import template_of
from shared.image_templates.progress import end_operation, published
from shared.image_templates.runs import request_of
from shared.services import Services
from shared.starting import build_request


def check_template(services: Services, call: PrepareRequest) -> None:
    """Fails for a template whose source, targets or files are not there, or not what it says."""
    template = template_of(_record(services, call.address))
    resolve(services.arm.compute, template.source, template.location)
    for target in template.distribute:
        if isinstance(target, SharedImageDistributor):
            get_definition(services.arm.compute, GalleryImageId.parse(target.gallery_image_id).definition_id)
    _check_artifacts(services, template)


def _check_artifacts(services: Services, template: ImageTemplate) -> None:
    """Fetches every script and file once, as AIB does at submission; a run fetches them again."""
    validators = template.validation.validators if template.validation else ()
    for place, items in (("customize", template.customize), ("validate.inVMValidations", validators)):
        for index, item in enumerate(items):
            artifact = customizer_kinds()[item.type].step(index, item).artifact
            if artifact is not None:
                _check_artifact(services, f"properties.{place}[{index}]", artifact.uri, artifact.sha256)


def _check_artifact(services: Services, place: str, uri: str, sha256: str) -> None:
    try:
        digest = hashlib.sha256()
        for piece in fetch(uri, services.credential, services.reachable):
            digest.update(piece)
        check(uri, digest.hexdigest(), sha256)
    except BuildFailed as failure:
        message = f"{place}: {failure.error.message}"
        raise BuildFailed(replace(failure.error, message=message)) from failure


def finish_template(services: Services, call: PreparedCall) -> AutoRun:
    """Ends the operation; a good template that asks for it is given its first run with the same write."""
    operation = services.operations.get(call.operation)
    if operation is None:
        raise BuildFailed(BuildError("OperationNotFound", f"there is no operation {call.operation}"))
    auto_run = AutoRun()
    if call.error is None:
        auto_run = _claim_run(services, call)
    end_operation(services, operation, call.error)
    return auto_run


def _claim_run(services: Services, call: PreparedCall) -> AutoRun:
    """Before the template is Succeeded nobody else can start a run of it."""
    record = _record(services, call.address)
    template = template_of(record)
    if not template.auto_run or record.operation != call.operation:
        return AutoRun()
    author = record.authorship.modified_by or record.authorship.created_by or "function key"
    services.documents.put_request(call.run, request_of(record, f"autoRun of the template, sent by {author}"))

    def claim(found: TemplateRecord) -> TemplateRecord:
        if found.operation != call.operation or found.last_run == call.run:
            return found
        return replace(found, last_run=call.run, outputs=published(services, found))

    services.templates.change(call.address, claim)
    return AutoRun(build_request(services, call.run, template))


def _record(services: Services, address: TemplateAddress) -> TemplateRecord:
    stored = services.templates.get(address)
    if stored is None:
        raise BuildFailed(BuildError("TemplateNotFound", f"there is no image template {address.id}"))
    return stored.record
