"""What a boot does to a machine's disk, as far as scripts can tell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event

from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.run_script import ScriptRequest, run_script
from local.guest.store import Store

_SCRIPT = Path(__file__).with_name("boot.sh")
_SECONDS = 120.0


def boot(store: Store, tier: Tier, disk_id: str) -> None:
    """A boot of a machine that has been one before. Raises GuestError with the script's last words."""
    run_boot_script(store, tier, disk_id, _SCRIPT, {})


def run_boot_script(
    store: Store,
    tier: Tier,
    disk_id: str,
    script: Path,
    environment: Mapping[str, str],
    hostname: str = "localhost",
) -> None:
    """Only root of the guest sees `environment`, and only as long as the script runs."""
    said = bytearray()
    request = ScriptRequest(
        script=script,
        arguments=(),
        environment=environment,
        timeout_seconds=_SECONDS,
        run_as=None,
        on_output=said.extend,
        on_error=said.extend,
        cancelled=Event(),
        hostname=hostname,
    )
    result = run_script(store, tier, disk_id, request)
    if result.exit_code != 0:
        reason = said.decode(errors="replace").strip() or f"exit code {result.exit_code}"
        raise GuestError("OSProvisioningFailed", f"The boot of disk {disk_id!r} failed: {reason}")
