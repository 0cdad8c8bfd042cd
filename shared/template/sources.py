"""The source of a template: what the build starts from."""

from shared.distributors.version_number import version_or_latest
from shared.domain.template import (
    DiskImageSource,
    ManagedImageSource,
    OsState,
    PlatformImageSource,
    PurchasePlan,
    SharedImageVersionSource,
    Source,
)
from shared.reading.arm_id import (
    DIRECT_SHARED_VERSION,
    GALLERY_IMAGE_VERSION,
    MANAGED_IMAGE,
    arm_id_rule,
    in_subscription,
    match_arm_id,
)
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader
from shared.reading.report import KILN_API_VERSION
from shared.reading.rules import one_line
from shared.template.disk_sources import DISK_SOURCE_TYPES, disk_source_to_json, read_disk_source
from shared.template.os_state import os_state_to_json, read_os_state

SOURCE_TYPES = ("PlatformImage", "ManagedImage", "SharedImageVersion")
LATEST_IN_GALLERY_SINCE = "2022-07-01"

_is_version_id = arm_id_rule(GALLERY_IMAGE_VERSION)


def read_source(properties: ObjectReader, subscription_id: str) -> Source | None:
    """None, and reported, if there is no source or its type is none that can be built from."""
    fields = properties.required_child("source", code="BadSourceType")
    if fields is None:
        return None
    written = fields.required_text("type")
    match written:
        case "PlatformImage":
            return _read_platform_image(fields)
        case "SharedImageVersion":
            return _read_shared_image_version(fields)
        case "ManagedImage":
            fields.code = "BadManagedImageSource"
            return ManagedImageSource(
                fields.required_text("imageId", rule=in_subscription(MANAGED_IMAGE, subscription_id))
            )
        case "Vhd" | "ManagedDisk" | "Snapshot" if fields.report.kilns_own:
            return read_disk_source(fields, written)
        case _:
            fields.skip_unknown_fields()
            if written:
                fields.problem_at("type", _type_fault(fields, written))
            return None


def source_to_json(source: Source) -> JsonObject:
    """The source as AIB writes it."""
    match source:
        case SharedImageVersionSource():
            members: JsonObject = {"imageVersionId": source.image_version_id}
            return {"type": source.type, **members, **os_state_to_json(source.os_state)}
        case ManagedImageSource():
            return {"type": source.type, "imageId": source.image_id}
        case DiskImageSource():
            return disk_source_to_json(source)
        case PlatformImageSource():
            return _platform_image_to_json(source)


def source_is_kilns_own(source: Source) -> bool:
    """Whether AIB has no words for it."""
    specialized = isinstance(source, SharedImageVersionSource) and source.os_state is OsState.SPECIALIZED
    return specialized or isinstance(source, DiskImageSource)


def _platform_image_to_json(source: PlatformImageSource) -> JsonObject:
    written: JsonObject = {
        "type": source.type,
        "publisher": source.publisher,
        "offer": source.offer,
        "sku": source.sku,
        "version": source.version,
    }
    if source.plan is not None:
        written["planInfo"] = {
            "planName": source.plan.name,
            "planProduct": source.plan.product,
            "planPublisher": source.plan.publisher,
        }
    return written


def _read_platform_image(fields: ObjectReader) -> PlatformImageSource:
    fields.code = "BadPIRSource"
    fields.ignore("exactVersion")
    return PlatformImageSource(
        publisher=fields.required_text("publisher", rule=one_line),
        offer=fields.required_text("offer", rule=one_line),
        sku=fields.required_text("sku", rule=one_line),
        version=fields.required_text("version", rule=version_or_latest),
        plan=_read_plan(fields),
    )


def _read_plan(fields: ObjectReader) -> PurchasePlan | None:
    plan = fields.child("planInfo")
    if plan is None:
        return None
    return PurchasePlan(
        name=plan.required_text("planName", rule=one_line),
        product=plan.required_text("planProduct", rule=one_line),
        publisher=plan.required_text("planPublisher", rule=one_line),
    )


def _read_shared_image_version(fields: ObjectReader) -> SharedImageVersionSource:
    fields.code = "BadSharedImageVersionSource"
    fields.ignore("exactVersion")
    version_id = fields.required_text("imageVersionId", rule=_image_version_id)
    if version_id.endswith("/latest") and fields.report.api_version < LATEST_IN_GALLERY_SINCE:
        fields.problem_at("imageVersionId", f"latest needs api-version {LATEST_IN_GALLERY_SINCE} or later")
    return SharedImageVersionSource(version_id, read_os_state(fields))


def _image_version_id(text: str) -> str | None:
    if text.lower().startswith("/communitygalleries/"):
        return "names a community gallery, which AIB does not build from; copy the version to a gallery first"
    parts = match_arm_id(text, GALLERY_IMAGE_VERSION) or match_arm_id(text, DIRECT_SHARED_VERSION)
    if parts is None:
        return _is_version_id(text)
    fault = version_or_latest(parts["version"])
    return f"ends in the version {parts['version']}: {fault}" if fault else None


def _type_fault(fields: ObjectReader, written: str) -> str:
    if written in DISK_SOURCE_TYPES:
        return f"is a source of Kiln's own; it is read where apiVersion is {KILN_API_VERSION}"
    if written == "ISO":
        return "ISO sources ended with AIB's preview; start from a Marketplace image instead"
    known = (*SOURCE_TYPES, *(DISK_SOURCE_TYPES if fields.report.kilns_own else ()))
    right = next((name for name in known if name.lower() == written.lower()), None)
    return f'did you mean "{right}"? Case counts' if right else f"must be one of {', '.join(known)}"
