"""What a virtual machine is here: base images, layers, isolation, scripts, disks and VHDs."""

from local.guest.errors import GuestError
from local.guest.first_boot import FirstBoot
from local.guest.hypervisor import Hypervisor
from local.guest.marketplace import MarketplaceImage
from local.guest.run_script import ScriptRequest, ScriptResult

__all__ = ["FirstBoot", "GuestError", "Hypervisor", "MarketplaceImage", "ScriptRequest", "ScriptResult"]
