"""SharedImage: a version of a gallery image, replicated to regions."""

from shared.distributors.gallery_image_id import GalleryImageId
from shared.distributors.kind import Common, DistributorKind, Home
from shared.distributors.target_regions import read_target_regions, target_region_to_json
from shared.distributors.version_number import MAX_PART, version_number
from shared.domain.template import SharedImageDistributor, Versioning
from shared.reading.arm_id import GALLERY_IMAGE
from shared.reading.dates import date_and_time, utc_text
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader

REPLICATION_MODES = ("Full", "Shallow")
SCHEMES = ("Latest", "Source")


def read_shared_image(fields: ObjectReader, common: Common, home: Home) -> SharedImageDistributor:
    fields.code = "BadSharedImageDistribute"
    gallery_image_id = fields.required_text("galleryImageId", rule=_gallery_image)
    _check_one_version(fields, gallery_image_id)
    fields.has("versioning", since="2022-07-01")
    fields.has("replicationMode", since="2025-10-01")
    regions = read_target_regions(fields, home)
    mode = fields.choice("replicationMode", REPLICATION_MODES, default="Full")
    if mode == "Shallow" and any(region.replica_count > 1 for region in regions):
        fields.problem_at("replicationMode", "Shallow keeps the image in one place: replicaCount must be 1")
    return SharedImageDistributor(
        run_output_name=common.run_output_name,
        gallery_image_id=gallery_image_id,
        target_regions=regions,
        versioning=_read_versioning(fields),
        exclude_from_latest=fields.boolean("excludeFromLatest"),
        replication_mode=mode,
        end_of_life_date=_read_end_of_life(fields),
        artifact_tags=common.artifact_tags,
    )


def shared_image_to_json(distributor: SharedImageDistributor) -> JsonObject:
    regions = [target_region_to_json(region) for region in distributor.target_regions]
    described: JsonObject = {
        "galleryImageId": distributor.gallery_image_id,
        "targetRegions": list(regions),
        "excludeFromLatest": distributor.exclude_from_latest,
        "replicationMode": distributor.replication_mode,
    }
    if distributor.end_of_life_date:
        described["endOfLifeDate"] = distributor.end_of_life_date
    if GalleryImageId.parse(distributor.gallery_image_id).version is None:
        described["versioning"] = _versioning_to_json(distributor.versioning)
    return described


def _gallery_image(text: str) -> str | None:
    try:
        version = GalleryImageId.parse(text).version
    except ValueError:
        shape = GALLERY_IMAGE.replace("{", "<").replace("}", ">")
        return f"must be a full ARM id: {shape}, or one with /versions/<x.y.z> behind it"
    if version is None or version_number(version) is None:
        return None
    return f"ends in the version {version}: it {version_number(version)}"


def _check_one_version(fields: ObjectReader, gallery_image_id: str) -> None:
    explicit = gallery_image_id and GalleryImageId.parse(gallery_image_id).version
    if explicit and fields.has("versioning"):
        fields.problem_at("versioning", f"has no meaning: galleryImageId names the version {explicit}")


def _read_versioning(fields: ObjectReader) -> Versioning:
    versioning = fields.child("versioning")
    if versioning is None:
        return Versioning()
    versioning.required_text("scheme")
    scheme = versioning.choice("scheme", SCHEMES, default=SCHEMES[0])
    if scheme == "Source":
        return Versioning(scheme)
    return Versioning(scheme, versioning.integer("major", minimum=-1, maximum=MAX_PART, default=-1))


def _read_end_of_life(fields: ObjectReader) -> str:
    """Kiln's own. In UTC, whatever the template's offset; a date alone is its first moment."""
    text = fields.text("endOfLifeDate", rule=date_and_time) if fields.reads_own("endOfLifeDate") else ""
    return utc_text(text) if text else ""


def _versioning_to_json(versioning: Versioning) -> JsonObject:
    if versioning.scheme == "Source":
        return {"scheme": versioning.scheme}
    return {"scheme": versioning.scheme, "major": versioning.major}


DISTRIBUTOR = DistributorKind("SharedImage", read_shared_image, shared_image_to_json)
