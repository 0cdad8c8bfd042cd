"""The source of a template: what the build starts from."""

from shared.distributors.version_number import version_or_latest
from shared.domain.template import (
    DiskImageSource,
    ManagedImageSource,
    PlatformImageSource,
    PurchasePlan,
    SharedImageVersionSource,
    Source,
)
from shared.reading.arm_id import GALLERY_IMAGE_VERSION, arm_id_rule, match_arm_id
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import one_line

SOURCE_TYPES = ("PlatformImage", "ManagedImage", "SharedImageVersion")

_is_version_id = arm_id_rule(GALLERY_IMAGE_VERSION)


def read_source(properties: ObjectReader) -> Source | None:
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
        case _:
            fields.skip_unknown_fields()
            if written:
                fields.problem_at("type", _type_fault(written))
            return None


def source_to_json(source: Source) -> JsonObject:
    """The source as AIB writes it."""
    match source:
        case SharedImageVersionSource():
            return {"type": source.type, "imageVersionId": source.image_version_id}
        case ManagedImageSource():
            return {"type": source.type, "imageId": source.image_id}
        case DiskImageSource():
            return _disk_image_to_json(source)
        case PlatformImageSource():
            return _platform_image_to_json(source)


def _disk_image_to_json(source: DiskImageSource) -> JsonObject:
    return {"type": source.type, "reference": source.reference}


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
    return SharedImageVersionSource(fields.required_text("imageVersionId", rule=_image_version_id))


def _image_version_id(text: str) -> str | None:
    if text.lower().startswith("/sharedgalleries/"):
        return "names a direct-shared gallery, which Kiln does not support yet"
    parts = match_arm_id(text, GALLERY_IMAGE_VERSION)
    if parts is None:
        return _is_version_id(text)
    fault = version_or_latest(parts["version"])
    return f"ends in the version {parts['version']}: {fault}" if fault else None


def _type_fault(written: str) -> str:
    if written in SOURCE_TYPES:
        return f"{written} sources are not supported by Kiln yet"
    right = next((name for name in SOURCE_TYPES if name.lower() == written.lower()), None)
    return f'did you mean "{right}"? Case counts' if right else f"must be one of {', '.join(SOURCE_TYPES)}"
