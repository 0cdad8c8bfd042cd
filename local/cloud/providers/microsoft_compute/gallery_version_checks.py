"""What Azure refuses about a gallery image version: its name, regions, dates and source; changes of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from local.cloud import galleries
from local.cloud.errors import ArmError, change_not_allowed, invalid_parameter, not_allowed
from local.cloud.json_types import Json
from local.cloud.locations import LOCATIONS, canonical_location
from local.cloud.providers.microsoft_compute.capture_sources import DISK, MACHINE, SNAPSHOT, CaptureSource
from local.cloud.providers.microsoft_compute.gallery_version_bodies import MAX_REPLICAS
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource

VERSION_NAME = re.compile(r"\d{1,10}\.\d{1,10}\.\d{1,10}")
PROFILE = "galleryImageVersion.properties.publishingProfile"
REGIONS = "properties.publishingProfile.targetRegions"
WHERE = "galleryImageVersion.properties.storageProfile.source.id"


def check_name(name: str) -> None:
    if not VERSION_NAME.fullmatch(name) or any(int(part) >= 2**31 for part in name.split(".")):
        message = (
            f"The value '{name}' of parameter galleryImageVersionName is invalid: the format is "
            "MajorVersion.MinorVersion.Patch, each within a 32-bit integer."
        )
        raise invalid_parameter(message, "galleryImageVersionName")


def check_regions(put: PutRequest) -> None:
    profile = put.properties.get("publishingProfile", {})
    if "targetRegions" not in profile:
        return
    names = [canonical_location(region["name"]) for region in profile["targetRegions"]]
    if unknown := [name for name in names if name not in LOCATIONS]:
        message = f"The target region '{unknown[0]}' is not available for galleries."
        raise ArmError(400, "LocationNotAvailableForResourceType", message, REGIONS)
    if len(set(names)) != len(names):
        raise invalid_parameter("The target regions name a region twice.", REGIONS)
    if put.location not in names:
        message = f"The target regions must contain the image version's own location '{put.location}'."
        raise invalid_parameter(message, REGIONS)
    default = profile.get("replicaCount", 1)
    replicas = sum(region.get("regionalReplicaCount", default) for region in profile["targetRegions"])
    if replicas > MAX_REPLICAS:
        message = f"The target regions ask for {replicas} replicas; a version has at most {MAX_REPLICAS}."
        raise invalid_parameter(message, REGIONS)


def check_dates(put: PutRequest) -> None:
    end = end_of_life(put.properties)
    if put.properties.get("safetyProfile", {}).get("blockDeletionBeforeEndOfLife") and end is None:
        message = "blockDeletionBeforeEndOfLife needs publishingProfile.endOfLifeDate."
        raise invalid_parameter(message, f"{PROFILE}.endOfLifeDate")


def end_of_life(properties: Json) -> datetime | None:
    """Raises ArmError 400 when it is no date. A date without an offset is UTC."""
    text = properties.get("publishingProfile", {}).get("endOfLifeDate")
    if not text:
        return None
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"The endOfLifeDate '{text}' is not an ISO 8601 date."
        raise invalid_parameter(message, f"{PROFILE}.endOfLifeDate") from error
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def check_update(put: PutRequest, previous: Resource) -> None:
    """Regions, replicas, excludeFromLatest, the end of life and tags may change; nothing else may."""
    former, profile = previous.properties["publishingProfile"], put.properties.get("publishingProfile", {})
    for name in ("replicationMode", "storageAccountType"):
        if profile.get(name, former[name]) != former[name]:
            raise change_not_allowed(f"{PROFILE}.{name}")
    for region in profile.get("targetRegions", []):
        now = galleries.target_region(previous, canonical_location(region["name"]))
        if now and region.get("storageAccountType", now["storageAccountType"]) != now["storageAccountType"]:
            raise change_not_allowed(f"{PROFILE}.targetRegions.storageAccountType")
    _check_removed_regions(put, previous)
    if source_facts(put.properties) not in ([], previous.internal["source"]):
        raise change_not_allowed(WHERE)


def _check_removed_regions(put: PutRequest, previous: Resource) -> None:
    profile = put.properties.get("publishingProfile", {})
    safety = previous.properties["safetyProfile"]
    if "targetRegions" not in profile or safety["allowDeletionOfReplicatedLocations"]:
        return
    wanted = {canonical_location(region["name"]) for region in profile["targetRegions"]}
    if lost := sorted(set(previous.internal.get("replicated", [])) - wanted):
        message = (
            f"The replicated location '{lost[0]}' cannot be removed: "
            "safetyProfile.allowDeletionOfReplicatedLocations is false."
        )
        raise not_allowed(message)


def source_facts(properties: Json) -> list[str]:
    """Everything that the body says about where the bytes come from; compared when it is sent again."""
    storage = properties.get("storageProfile", {})
    sources = [storage.get("source", {}), storage.get("osDiskImage", {}).get("source", {})]
    sources += [disk.get("source", {}) for disk in storage.get("dataDiskImages", [])]
    return sorted(
        source[name].lower()
        for source in sources
        for name in ("id", "virtualMachineId", "uri")
        if source.get(name)
    )


def check_fits(put: PutRequest, source: CaptureSource, text: str, definition: Json) -> None:
    """The source must be in the version's region and be what the definition says."""
    if put.location not in source.regions:
        message = f"The source '{text}' is in region {', '.join(source.regions)}, not in '{put.location}'."
        raise invalid_parameter(message, WHERE)
    wanted = galleries.security_type(definition)
    if wanted == "TrustedLaunchSupported" and source.kind in (MACHINE, DISK, SNAPSHOT):
        message = (
            f"The security type '{wanted}' is not supported for the source id '{text}'. Currently only Vhd "
            f"Blob, User Image and Gallery Image Version sources are supported for '{wanted}' images."
        )
        raise invalid_parameter(message, WHERE)
    facts = {
        "OS type": (source.os_type, definition["osType"]),
        "OS state": (source.os_state, definition["osState"]),
        "Hypervisor generation": (source.generation, definition["hyperVGeneration"]),
        "architecture": (source.architecture, definition["architecture"]),
        "security type": (_exclusive(source.security_type), _exclusive(wanted)),
    }
    for words, (actual, expected) in facts.items():
        if actual and actual != expected:
            message = (
                f"The resource with id '{text}' has a different {words} ['{actual}'] than the parent "
                f"gallery image ['{expected}']."
            )
            raise ArmError(409, "OperationNotAllowed", message, WHERE)


def _exclusive(security_type: str) -> str:
    """The types that source and definition must share; all others go with each other."""
    return security_type if security_type in ("TrustedLaunch", "ConfidentialVM") else "Standard"
