"""What a virtual machine is here: base images, layers, isolation, scripts, disks and VHDs."""

from local.guest.errors import GuestError
from local.guest.hypervisor import Hypervisor, MarketplaceImage, ScriptRequest, ScriptResult

__all__ = ["GuestError", "Hypervisor", "MarketplaceImage", "ScriptRequest", "ScriptResult"]
