"""The first boot of a machine from a generalized image: its name, identity, host keys and admin user.

A machine from a specialized image has all of these already and is not provisioned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from local.guest.boot import run_boot_script
from local.guest.isolation import Tier
from local.guest.store import Store

_SCRIPT = Path(__file__).with_name("first_boot.sh")


@dataclass(frozen=True)
class FirstBoot:
    """What an `osProfile` tells. No `admin_password`: the account is locked, its keys open it."""

    hostname: str
    vm_id: str
    admin_user: str = ""
    admin_password: str = field(default="", repr=False)
    ssh_keys: tuple[str, ...] = ()


def first_boot(store: Store, tier: Tier, disk_id: str, boot: FirstBoot) -> None:
    """Repeating it changes nothing. Raises GuestError with the script's last words."""
    environment = {
        "HOST_NAME": boot.hostname,
        "VM_ID": boot.vm_id,
        "ADMIN_USER": boot.admin_user,
        "ADMIN_PASSWORD": boot.admin_password,
        "ADMIN_KEYS": "\n".join(boot.ssh_keys),
    }
    run_boot_script(store, tier, disk_id, _SCRIPT, environment, boot.hostname)
