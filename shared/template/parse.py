"""Reads an AIB image template of any api-version into the domain, or says everything wrong with it."""

from collections.abc import Sequence

from shared.customizers.kind import CUSTOMIZE
from shared.customizers.registry import read_customizers
from shared.distributors.kind import Home
from shared.distributors.registry import read_distributor
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.template import DiskImageSource, Distributor, ImageTemplate, PlatformImageSource
from shared.reading.names import read_region, resource_group_name, template_name
from shared.reading.object_reader import ObjectReader, read_object
from shared.reading.report import KILN_API_VERSION, Report
from shared.reading.tags import read_tags
from shared.template.api_versions import API_VERSIONS, LATEST_API_VERSION, api_version_of
from shared.template.build_options import (
    read_auto_run,
    read_data_disks,
    read_error_handling,
    read_optimization,
)
from shared.template.identity import read_identity
from shared.template.os_state import read_os_state
from shared.template.sources import read_source
from shared.template.staging import read_staging_resource_group
from shared.template.validation import read_validation
from shared.template.vm_profile import read_vm_profile

# What a faulty part is read as; such a template never leaves this module.
_NO_SOURCE = PlatformImageSource("", "", "", "")

DEFAULT_TIMEOUT_MINUTES = 240
MAX_TIMEOUT_MINUTES = 960


def parse_template(
    document: object,
    *,
    subscription_id: str,
    resource_group: str,
    name: str,
    api_version: str | None = None,
) -> ImageTemplate:
    """Reads a template from parsed JSON; the other arguments come from its address.

    `api_version` is the request's; without one the document is read as Kiln's own API reads it. Raises
    InvalidTemplateError with all problems, in the order of the document.
    """
    api_version = api_version_of(document) if api_version is None else api_version
    if api_version not in (*API_VERSIONS, KILN_API_VERSION):
        message = f"is none that Kiln knows; the newest is {LATEST_API_VERSION}"
        raise InvalidTemplateError((Problem("api-version", message, "ValidationFailed"),))
    report = Report(api_version)
    _check_address(report, subscription_id, resource_group, name)
    root = read_object(document, "", report)
    template = _read_template(root, subscription_id, resource_group, name) if root else None
    report.raise_problems(document)
    if template is None:
        raise AssertionError("a template that could not be read was let pass")
    return template


def _check_address(report: Report, subscription_id: str, resource_group: str, name: str) -> None:
    """The parts of the template's own id: their places are names of arguments, not of the document."""
    if not subscription_id or "/" in subscription_id:
        report.add("subscriptionId", "is no subscription id")
    for place, text, rule in (
        ("resourceGroupName", resource_group, resource_group_name),
        ("imageTemplateName", name, template_name),
    ):
        fault = rule(text)
        if fault:
            report.add(place, fault)


def _read_template(
    root: ObjectReader, subscription_id: str, resource_group: str, name: str
) -> ImageTemplate | None:
    _check_envelope(root, name)
    location = read_region(root, "location")
    identity_id = read_identity(root)
    tags = read_tags(root, "tags")
    properties = root.required_child("properties")
    if properties is None:
        return None
    properties.ignore("provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup")
    source = read_source(properties, subscription_id) or _NO_SOURCE
    os_state = read_os_state(properties)
    architecture = source.architecture if isinstance(source, DiskImageSource) else ""
    home = Home(location, subscription_id, os_state, architecture)
    return ImageTemplate(
        subscription_id=subscription_id,
        resource_group=resource_group,
        name=name,
        location=location,
        identity_id=identity_id,
        tags=tags,
        source=source,
        customize=read_customizers(properties.children("customize"), CUSTOMIZE),
        validation=read_validation(properties),
        optimization=read_optimization(properties),
        error_handling=read_error_handling(properties),
        auto_run=read_auto_run(properties),
        data_disks_gb=read_data_disks(properties),
        os_state=os_state,
        distribute=_read_distribute(properties, home),
        vm_profile=read_vm_profile(properties),
        build_timeout_minutes=_read_timeout(properties),
        staging_resource_group=read_staging_resource_group(properties, subscription_id, resource_group),
        managed_resource_tags=_read_managed_tags(properties),
    )


def _check_envelope(root: ObjectReader, name: str) -> None:
    """What ARM and its tools put around a resource. The address and the request's api-version count."""
    root.ignore("id", "systemData")
    if root.peek_text("apiVersion") == KILN_API_VERSION and not root.report.kilns_own:
        root.problem_at("apiVersion", "belongs to Kiln's own API; AIB's has no such api-version")
    written_type = root.text("type").lower()
    if written_type and written_type not in (
        "microsoft.virtualmachineimages/imagetemplates",
        "microsoft.virtualmachineimages",  # what AIB's quickstarts have
    ):
        root.problem_at("type", "must be Microsoft.VirtualMachineImages/imageTemplates")
    written_name = root.text("name")
    if written_name and written_name.lower() != name.lower():
        root.problem_at("name", f'is not the name that the template is addressed by, "{name}"')
    if root.is_filled("dependsOn"):
        root.problem_at("dependsOn", "belongs to ARM deployments; Kiln takes the template alone")


def _read_distribute(properties: ObjectReader, home: Home) -> tuple[Distributor, ...]:
    if not properties.has("distribute"):
        properties.problem_at("distribute", "is required")
    elif not properties.is_filled("distribute"):
        properties.problem_at("distribute", "must hold at least one distributor")
    items = properties.children("distribute")
    read = [read_distributor(fields, home) for fields in items]
    _check_distinct_names(items)
    return tuple(distributor for distributor in read if distributor is not None)


def _check_distinct_names(items: Sequence[ObjectReader]) -> None:
    """ARM compares names without regard to case."""
    seen: set[str] = set()
    for fields in items:
        name = fields.peek_text("runOutputName")
        if name and name.lower() in seen:
            fields.problem_at("runOutputName", f'"{name}" is used by an earlier distributor')
        seen.add(name.lower())


def _read_timeout(properties: ObjectReader) -> int:
    minutes = properties.integer("buildTimeoutInMinutes", minimum=0, maximum=MAX_TIMEOUT_MINUTES, default=0)
    return minutes or DEFAULT_TIMEOUT_MINUTES


def _read_managed_tags(properties: ObjectReader) -> dict[str, str]:
    properties.has("managedResourceTags", since="2024-02-01")
    return read_tags(properties, "managedResourceTags")
