"""What Azure refuses about an image definition: its name, and features that do not go together."""

from __future__ import annotations

import re
from collections import Counter

from local.cloud.errors import invalid_parameter
from local.cloud.json_types import Json
from local.cloud.resource_type import PutRequest

GENERATION_2_SINCE = "2025-03-03"
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9])?")
SECURITY_TYPES = (
    "Standard",
    "TrustedLaunchSupported",
    "TrustedLaunch",
    "ConfidentialVMSupported",
    "ConfidentialVM",
    "TrustedLaunchAndConfidentialVmSupported",
)
FLAG = ("True", "False")
# learn.microsoft.com, "Store and share images in an Azure Compute Gallery".
FEATURES = {
    "SecurityType": SECURITY_TYPES,
    "IsHibernateSupported": FLAG,
    "IsAcceleratedNetworkSupported": FLAG,
    "DiskControllerTypes": ("SCSI", "NVMe"),
}
WHERE = "galleryImage.properties.features"


def check_definition(put: PutRequest) -> None:
    """Raises ArmError 400. On an update, what is fixed is taken from what is there."""
    if not NAME.fullmatch(put.id.name):
        message = (
            f"The gallery image name '{put.id.name}' is invalid: 1 to 80 letters, digits, full stops, "
            "hyphens and underscores, with a letter or digit at both ends."
        )
        raise invalid_parameter(message, "galleryImageName")
    former = put.previous.properties if put.previous else {}
    facts = {**former, **put.properties}
    default = "V2" if put.api_version >= GENERATION_2_SINCE else "V1"
    generation = facts.get("hyperVGeneration", default)
    features = {feature["name"]: feature["value"] for feature in facts.get("features", [])}
    _check_features(facts)
    if facts.get("architecture") == "Arm64" and generation != "V2":
        message = "The architecture 'Arm64' needs the hyper-V generation 'V2'."
        raise invalid_parameter(message, "galleryImage.properties.hyperVGeneration")
    security = features.get("SecurityType", "Standard")
    if security != "Standard" and generation != "V2":
        message = f"The security type '{security}' needs the hyper-V generation 'V2'."
        raise invalid_parameter(message, WHERE)
    if "Confidential" in security and facts.get("architecture") == "Arm64":
        raise invalid_parameter(f"The security type '{security}' is not supported for Arm64.", WHERE)


def _check_features(facts: Json) -> None:
    names = Counter(feature["name"] for feature in facts.get("features", []))
    if repeated := [name for name, count in names.items() if count > 1]:
        raise invalid_parameter(f"The feature '{repeated[0]}' is given more than once.", WHERE)
    for feature in facts.get("features", []):
        name, allowed = feature["name"], FEATURES.get(feature["name"])
        if allowed is None:
            known = ", ".join(FEATURES)
            raise invalid_parameter(f"The feature '{name}' is not known; known are {known}.", WHERE)
        for value in feature["value"].split(","):
            if value.strip().lower() not in {one.lower() for one in allowed}:
                message = f"The value '{value}' of the feature '{name}' is not one of {', '.join(allowed)}."
                raise invalid_parameter(message, WHERE)
