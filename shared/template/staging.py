"""The staging resource group that a template's owner chose."""

from shared.reading.arm_id import RESOURCE_GROUP, in_subscription, match_arm_id
from shared.reading.object_reader import ObjectReader


def read_staging_resource_group(
    properties: ObjectReader, subscription_id: str, resource_group: str
) -> str | None:
    """The group's name, or None for one that Kiln makes. Whether it is empty is seen when a run is staged."""

    is_group_here = in_subscription(RESOURCE_GROUP, subscription_id)

    def rule(text: str) -> str | None:
        parts = match_arm_id(text, RESOURCE_GROUP)
        if parts is not None and parts["group"].lower() == resource_group.lower():
            return "must be empty, so it cannot be the template's own resource group"
        return is_group_here(text)

    properties.has("stagingResourceGroup", since="2022-02-14")
    text = properties.text("stagingResourceGroup", rule=rule, code="BadStagingResourceGroup")
    parts = match_arm_id(text, RESOURCE_GROUP)
    return parts["group"] if parts else None
