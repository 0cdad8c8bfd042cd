"""A stored template as a file of its own, and as another template: what AIB has no move for."""

import json
from dataclasses import dataclass, replace

from shared.api.arm import Answer, Refusal
from shared.api.image_templates import TYPE
from shared.catalog.templates import Stored
from shared.domain.codec import Json, to_json
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.template_record import ProvisioningState, TemplateAddress
from shared.image_templates.answers import not_found
from shared.image_templates.progress import find
from shared.image_templates.request import Request
from shared.image_templates.templates import put_template
from shared.reading.names import region_name, resource_group_name, template_name
from shared.services import Services
from shared.starting import Durable

FIELDS = {"resourceGroup": resource_group_name, "name": template_name, "location": region_name}


@dataclass(frozen=True)
class CopyTarget:
    """Where a copy goes; empty is as in the original."""

    resource_group: str = ""
    name: str = ""
    location: str = ""

    def address(self, original: TemplateAddress) -> TemplateAddress:
        return replace(
            original,
            resource_group=self.resource_group or original.resource_group,
            name=self.name or original.name,
        )


def template_address(subscription_id: str, resource_group: str, name: str) -> TemplateAddress:
    """Raises InvalidTemplateError for names that no template has."""
    faults = [Problem("group", fault) for fault in [resource_group_name(resource_group)] if fault]
    faults += [Problem("template", fault) for fault in [template_name(name)] if fault]
    if faults:
        raise InvalidTemplateError(tuple(faults))
    return TemplateAddress(subscription_id, resource_group, name)


def exported(stored: Stored) -> Json:
    """The document with what tells a reader how to take it."""
    record = stored.record
    return to_json({"type": TYPE, "apiVersion": record.api_version, **record.document})


def read_copy_target(document: object) -> CopyTarget:
    """Raises InvalidTemplateError with every problem."""
    if not isinstance(document, dict):
        raise InvalidTemplateError((Problem("$", f"must be an object with any of {', '.join(FIELDS)}"),))
    problems = [Problem(str(name), "unknown field") for name in document if name not in FIELDS]
    given: dict[str, str] = {}
    for name, rule in FIELDS.items():
        value = document.get(name, "")
        fault = (
            "must be a string" if not isinstance(value, str) else rule(value) if name in document else None
        )
        if fault:
            problems.append(Problem(name, fault))
        given[name] = str(value)
    if problems:
        raise InvalidTemplateError(tuple(problems))
    return CopyTarget(given["resourceGroup"], given["name"], given["location"])


def existing_template(kiln: Services, durable: Durable, address: TemplateAddress) -> Stored:
    """Raises Refusal 404."""
    stored = find(kiln, durable, address)
    if stored is None:
        raise not_found(address)
    return stored


def copy_template(kiln: Services, durable: Durable, request: Request, target: CopyTarget) -> Answer:
    """Creates the copy as any template is created; `request` names the original.

    Raises Refusal: 404 without an original, 409 for a copy onto itself, 412 when the address is taken.
    """
    stored = existing_template(kiln, durable, request.address)
    address = target.address(stored.record.address)
    if address.id.lower() == stored.record.address.id.lower():
        raise Refusal("Conflict", "resourceGroup or name: the copy would be where the original is", 409)
    made = put_template(kiln, durable, _put_request(request, stored, address, target.location))
    location = f"/api/templates/{address.resource_group}/{address.name}"
    body: Json = {"id": address.id, "provisioningState": ProvisioningState.CREATING}
    return Answer(201, body, {**made.headers, "Location": location})


def _put_request(request: Request, stored: Stored, address: TemplateAddress, location: str) -> Request:
    """The PUT that the copy's owner could have sent; `*` means: create, never replace."""
    document = {**stored.record.document, "location": location or stored.record.location}
    base = request.url.partition("/templates/")[0]
    return replace(
        request,
        method="PUT",
        url=f"{base}{address.id}",
        query={"api-version": stored.record.api_version},
        headers={"if-none-match": "*"},
        body=json.dumps(document).encode(),
        resource_group=address.resource_group,
        template=address.name,
    )
