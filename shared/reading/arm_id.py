"""Full ARM resource ids, matched against the shape that a property asks for.

ARM compares ids without regard to case, so the fixed words of a shape match in any case.
"""

import re

from shared.reading.names import resource_group_name, template_name
from shared.reading.object_reader import TextRule

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")

RESOURCE_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
USER_ASSIGNED_IDENTITY = (
    RESOURCE_GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}"
)
SUBNET = RESOURCE_GROUP + "/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}"
GALLERY_IMAGE = RESOURCE_GROUP + "/providers/Microsoft.Compute/galleries/{gallery}/images/{image}"
GALLERY_IMAGE_VERSION = GALLERY_IMAGE + "/versions/{version}"
DIRECT_SHARED_VERSION = "/sharedGalleries/{gallery}/images/{image}/versions/{version}"
MANAGED_IMAGE = RESOURCE_GROUP + "/providers/Microsoft.Compute/images/{image}"
MANAGED_DISK = RESOURCE_GROUP + "/providers/Microsoft.Compute/disks/{disk}"
IMAGE_TEMPLATE = RESOURCE_GROUP + "/providers/Microsoft.VirtualMachineImages/imageTemplates/{template}"
SNAPSHOT = RESOURCE_GROUP + "/providers/Microsoft.Compute/snapshots/{snapshot}"


def match_arm_id(text: str, shape: str) -> dict[str, str] | None:
    """The parts of an id that fits the shape, by the shape's names in braces; None if it does not fit."""
    words, wanted = text.split("/"), shape.split("/")
    if len(words) != len(wanted):
        return None
    parts: dict[str, str] = {}
    for word, want in zip(words, wanted, strict=True):
        if want.startswith("{"):
            if not _fits(want[1:-1], word):
                return None
            parts[want[1:-1]] = word
        elif word.lower() != want.lower():
            return None
    return parts


def arm_id_rule(shape: str) -> TextRule:
    """A rule that a text is an id of this shape."""
    readable = shape.replace("{", "<").replace("}", ">")

    def rule(text: str) -> str | None:
        return None if match_arm_id(text, shape) else f"must be a full ARM id: {readable}"

    return rule


def in_subscription(shape: str, subscription_id: str) -> TextRule:
    """A rule that a text is an id of this shape in a subscription."""
    is_id = arm_id_rule(shape)

    def rule(text: str) -> str | None:
        parts = match_arm_id(text, shape)
        if parts is None:
            return is_id(text)
        if parts["subscription"].lower() != subscription_id.lower():
            return f"must be in the template's subscription, {subscription_id}"
        return None

    return rule


def _fits(part: str, word: str) -> bool:
    if part == "subscription":
        return _GUID.fullmatch(word) is not None
    if part == "group":
        return resource_group_name(word) is None
    if part == "template":
        return template_name(word) is None
    return _NAME.fullmatch(word) is not None
