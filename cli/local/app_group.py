"""The resource group that the app is deployed in: Azure has it before there is an app."""

from cli.local.arm import Arm
from cli.local.environment import LOCATION, RESOURCE_GROUP, CloudAccess

GROUPS_API_VERSION = "2025-04-01"


def make_app_group(cloud: CloudAccess) -> None:
    """Creates the group, or finds it there."""
    with Arm(cloud) as arm:
        arm.put(f"/resourceGroups/{RESOURCE_GROUP}", GROUPS_API_VERSION, {"location": LOCATION})
