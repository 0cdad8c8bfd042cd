"""The first boot of a machine from a generalized image: its name, identity, host keys and admin user.

A machine from a specialized image has all of these already and is not provisioned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.run_script import ScriptRequest, run_script
from local.guest.store import Store

_SCRIPT = Path(__file__).with_name("first_boot.sh")
_SECONDS = 120.0


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
    said = bytearray()
    request = ScriptRequest(
        script=_SCRIPT,
        arguments=(),
        # Only root of the guest sees it, and only as long as the script runs.
        environment={
            "HOST_NAME": boot.hostname,
            "VM_ID": boot.vm_id,
            "ADMIN_USER": boot.admin_user,
            "ADMIN_PASSWORD": boot.admin_password,
            "ADMIN_KEYS": "\n".join(boot.ssh_keys),
        },
        timeout_seconds=_SECONDS,
        run_as=None,
        on_output=said.extend,
        on_error=said.extend,
        cancelled=Event(),
        hostname=boot.hostname,
    )
    result = run_script(store, tier, disk_id, request)
    if result.exit_code != 0:
        reason = said.decode(errors="replace").strip() or f"exit code {result.exit_code}"
        raise GuestError("OSProvisioningFailed", f"The first boot of disk {disk_id!r} failed: {reason}")
