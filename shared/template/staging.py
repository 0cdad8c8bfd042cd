"""The staging resource group that a template's owner chose."""

from shared.reading.arm_id import RESOURCE_GROUP, arm_id_rule, match_arm_id
from shared.reading.object_reader import ObjectReader

_is_resource_group = arm_id_rule(RESOURCE_GROUP)


def read_staging_resource_group(
    properties: ObjectReader, subscription_id: str, resource_group: str
) -> str | None:
    """The group's name, or None for one that Kiln makes. Whether it is empty is seen when a run is staged."""

    def rule(text: str) -> str | None:
        parts = match_arm_id(text, RESOURCE_GROUP)
        if parts is None:
            return _is_resource_group(text)
        if parts["subscription"].lower() != subscription_id.lower():
            return f"must be in the template's subscription, {subscription_id}"
        if parts["group"].lower() == resource_group.lower():
            return "must be empty, so it cannot be the template's own resource group"
        return None

    properties.has("stagingResourceGroup", since="2022-02-14")
    text = properties.text("stagingResourceGroup", rule=rule, code="BadStagingResourceGroup")
    parts = match_arm_id(text, RESOURCE_GROUP)
    return parts["group"] if parts else None
