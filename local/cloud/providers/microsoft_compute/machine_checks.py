"""What Azure refuses about a virtual machine before it creates anything."""

from __future__ import annotations

import re

from local.cloud.arm_ids import ArmId
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, change_not_allowed, invalid_parameter, required_parameter
from local.cloud.image_sources import ImageSource
from local.cloud.json_types import Json
from local.cloud.machine_sizes import MACHINE_SIZES
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource

MACHINES = "Microsoft.Compute/virtualMachines"
RESERVED_USERS = (
    "administrator",
    "admin",
    "user",
    "root",
    "guest",
    "test",
    "console",
    "support",
    "sys",
    "backup",
)
COMPUTER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
COMPUTER_NAME_LENGTH = {"Linux": 64, "Windows": 15}


def check_size(cloud: Cloud, put: PutRequest) -> None:
    """A known size, and enough quota left in the region."""
    size = put.properties.get("hardwareProfile", {}).get("vmSize")
    if not size:
        raise required_parameter("hardwareProfile.vmSize")
    if size not in MACHINE_SIZES:
        message = (
            f"The value {size} provided for the VM size is not valid. The valid sizes in the current "
            "region are: "
            f"{','.join(MACHINE_SIZES)}."
        )
        raise invalid_parameter(message, "vmSize")
    cloud.quotas.check(put.location, size, cores_used(cloud, put.location, other_than=put.id))


def cores_used(cloud: Cloud, location: str, other_than: ArmId | None = None) -> dict[str, int]:
    """By family of sizes. Deallocated machines do not count against the quota."""
    used: dict[str, int] = {}
    for name, count in cloud.store.machines_by_size(location, other_than).items():
        size = MACHINE_SIZES[name]
        used[size.family] = used.get(size.family, 0) + count * size.cores
    return used


def check_startable(cloud: Cloud, machine: Resource) -> None:
    """A machine that was deallocated needs its cores again."""
    if machine.internal["power"] == "deallocated":
        used = cores_used(cloud, machine.location)
        cloud.quotas.check(machine.location, machine.properties["hardwareProfile"]["vmSize"], used)


def check_interfaces(cloud: Cloud, put: PutRequest) -> None:
    """They exist in the machine's region, and no other machine has them."""
    interfaces = put.properties.get("networkProfile", {}).get("networkInterfaces", [])
    if not interfaces:
        raise required_parameter("networkProfile.networkInterfaces")
    for index, reference in enumerate(interfaces):
        found = cloud.store.find(reference["id"])
        if found is None or found.location != put.location:
            message = (
                f"Resource {reference['id']} referenced by resource {put.id} was not found. Please "
                "make sure that "
                "the referenced resource exists, and that both resources are in the same region."
            )
            target = f"properties.networkProfile.networkInterfaces[{index}].id"
            raise ArmError(400, "InvalidResourceReference", message, target)
        owner = found.properties.get("virtualMachine", {}).get("id", str(put.id))
        if owner.lower() != put.id.key:
            message = f"Network Interface {found.id} is used by existing resource {owner}."
            raise ArmError(400, "NicInUse", message)


def check_os_disk(source: ImageSource, os_disk: Json) -> None:
    if os_disk.get("osType", source.os_type) != source.os_type:
        raise invalid_parameter(f"The image's osType is {source.os_type}.", "osDisk.osType")
    if os_disk.get("diskSizeGB", source.size_gib) < source.size_gib:
        message = (
            f"The specified disk size {os_disk['diskSizeGB']} GB is smaller than the size of the "
            "corresponding disk "
            f"in the VM image: {source.size_gib} GB. This is not allowed. Please choose equal or "
            "greater size or do "
            "not specify an explicit size."
        )
        raise ArmError(409, "OperationNotAllowed", message, "osDisk.diskSizeGB")


def check_os_profile(source: ImageSource, profile: Json | None) -> None:
    """Needed for a generalized image, forbidden for a specialized one."""
    if source.os_state == "Specialized":
        if profile:
            raise invalid_parameter("Parameter 'osProfile' is not allowed.", "osProfile")
        return
    if profile is None:
        raise required_parameter("osProfile")
    _check_computer_name(source, profile.get("computerName"))
    user = profile.get("adminUsername")
    if not user:
        raise required_parameter("osProfile.adminUsername")
    if user.lower() in RESERVED_USERS:
        message = (
            "The Admin Username specified is not allowed. For more information, see the list of "
            "disallowed values."
        )
        raise invalid_parameter(message, "adminUsername")
    _check_credentials(source, profile)


def _check_computer_name(source: ImageSource, name: str | None) -> None:
    if not name:
        raise required_parameter("osProfile.computerName")
    longest = COMPUTER_NAME_LENGTH[source.os_type]
    if (
        len(name) > longest
        or not COMPUTER_NAME.fullmatch(name)
        or (source.os_type == "Windows" and name.isdigit())
    ):
        message = (
            f"{source.os_type} host name '{name}' is not valid: at most {longest} letters, digits and "
            "hyphens."
        )
        raise invalid_parameter(message, "computerName")


def _check_credentials(source: ImageSource, profile: Json) -> None:
    linux = profile.get("linuxConfiguration", {})
    if source.os_type == "Windows" and not profile.get("adminPassword"):
        raise required_parameter("osProfile.adminPassword")
    if linux.get("disablePasswordAuthentication"):
        if not linux.get("ssh", {}).get("publicKeys"):
            raise required_parameter("linuxConfiguration.ssh.publicKeys")
        if profile.get("adminPassword"):
            message = "Authentication using passwords is disabled; adminPassword is not allowed."
            raise invalid_parameter(message, "adminPassword")
    elif not profile.get("adminPassword") and not linux.get("ssh", {}).get("publicKeys"):
        message = (
            "Authentication using either SSH or by user name and password must be enabled in Linux profile."
        )
        raise invalid_parameter(message, "linuxConfiguration")


def check_unchanged(put: PutRequest, previous: Resource) -> None:
    """What was fixed at creation stays. The image reference is compared as it was given."""
    given = previous.internal["given"]
    for path in ("storageProfile.imageReference", "osProfile.computerName", "osProfile.adminUsername"):
        section, name = path.split(".")
        now = put.properties.get(section, {}).get(name)
        if now is not None and now != given.get(section, {}).get(name):
            raise change_not_allowed(name)
    for name in ("name", "createOption"):
        now = put.properties.get("storageProfile", {}).get("osDisk", {}).get(name)
        if now is not None and now != previous.properties["storageProfile"]["osDisk"][name]:
            raise change_not_allowed(f"osDisk.{name}")
    interfaces = put.properties.get("networkProfile")
    if interfaces is not None and _ids(interfaces) != _ids(previous.properties["networkProfile"]):
        raise change_not_allowed("networkProfile.networkInterfaces")


def _ids(profile: Json) -> list[str]:
    return sorted(reference["id"].lower() for reference in profile["networkInterfaces"])
