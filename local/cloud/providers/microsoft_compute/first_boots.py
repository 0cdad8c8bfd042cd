"""What a machine's `osProfile` means to its guest at the first boot."""

from __future__ import annotations

from local.cloud.ports import FirstBoot
from local.cloud.store import Resource


def first_boot_of(machine: Resource) -> FirstBoot:
    """The password is not kept by the cloud, so the admin user's account is locked; keys open it."""
    profile = machine.properties["osProfile"]
    keys = profile.get("linuxConfiguration", {}).get("ssh", {}).get("publicKeys", [])
    return FirstBoot(
        hostname=profile["computerName"],
        vm_id=machine.properties["vmId"],
        admin_user=profile["adminUsername"],
        ssh_keys=tuple(key["keyData"] for key in keys if key.get("keyData")),
    )
