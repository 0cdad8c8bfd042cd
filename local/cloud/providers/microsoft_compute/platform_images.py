"""The platform image catalogue: publishers, offers, SKUs and versions of a region, as plain lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from local.cloud.catalogue import PlatformImage
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.readings import Reading
from local.cloud.requests import Answer, ArmRequest

BASE = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers"
OFFERS = f"{BASE}/{{publisher}}/artifacttypes/vmimage/offers"
SKUS = f"{OFFERS}/{{offer}}/skus"
VERSIONS = f"{SKUS}/{{sku}}/versions"


class PlatformImageReadings:
    def __init__(self, cloud: Cloud) -> None:
        self._catalogue = cloud.catalogue

    def readings(self) -> list[Reading]:
        return [
            Reading(BASE, self._publishers),
            Reading(OFFERS, self._offers),
            Reading(SKUS, self._skus),
            Reading(VERSIONS, self._versions),
            Reading(f"{VERSIONS}/{{version}}", self._version),
        ]

    def _publishers(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        return _rows(request, names, self._catalogue.publishers())

    def _offers(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        return _rows(request, names, self._catalogue.offers(names["publisher"]))

    def _skus(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        return _rows(request, names, self._catalogue.skus(names["publisher"], names["offer"]))

    def _versions(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        """Oldest first unless `$orderby=name desc`; `$top` limits."""
        found = self._catalogue.versions(names["publisher"], names["offer"], names["sku"])
        versions = [image.version for image in found]
        if request.query.get("$orderby", "").lower() == "name desc":
            versions.reverse()
        top = int(request.query.get("$top", len(versions)))
        return _rows(request, names, versions[:top])

    def _version(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        """One version in full; `latest` is accepted as Azure does."""
        found = self._catalogue.versions(names["publisher"], names["offer"], names["sku"])
        for image in reversed(found):
            if names["version"] in ("latest", image.version):
                row = _row(request.path.rpartition("/")[0], names["location"], image.version)
                return Answer(200, {**row, "properties": _properties(image)})
        raise ArmError(404, "NotFound", "Artifact: VMImage was not found.")


def _rows(request: ArmRequest, names: Mapping[str, str], found: list[str]) -> Answer:
    if not found:
        raise ArmError(404, "NotFound", "Artifact: VMImage was not found.")
    return Answer(200, [_row(request.path, names["location"], name) for name in found])


def _row(path: str, location: str, name: str) -> Json:
    return {"id": f"{path}/{name}", "name": name, "location": location}


def _properties(image: PlatformImage) -> Json:
    plan = image.guest_image.plan
    return {
        **({"plan": asdict(plan)} if plan else {}),
        "hyperVGeneration": image.generation,
        "architecture": image.architecture,
        "replicaType": "Managed",
        "disallowed": {"vmDiskType": "Unmanaged"},
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False},
        "imageDeprecationStatus": {"imageState": "Active"},
        "features": [{"name": "SecurityType", "value": "Standard"}],
        "osDiskImage": {"operatingSystem": image.os_type, "sizeInGb": image.os_disk_gib},
        "dataDiskImages": [],
    }
