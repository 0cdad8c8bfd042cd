"""Whether a machine's size and security type fit its OS disk: generation, architecture, features."""

from __future__ import annotations

from local.cloud.errors import ArmError
from local.cloud.image_sources import ImageSource
from local.cloud.machine_sizes import MACHINE_SIZES
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource

TRUSTED_LAUNCH_FEATURES = (
    "TrustedLaunchSupported",
    "TrustedLaunch",
    "TrustedLaunchAndConfidentialVmSupported",
)


def check_image_fits(put: PutRequest, source: ImageSource) -> None:
    """Raises ArmError 400 in Azure's words."""
    _check_size(put, source.generation, source.architecture)
    wanted = put.properties.get("securityProfile", {}).get("securityType", "Standard")
    if wanted == "ConfidentialVM":
        size = put.properties["hardwareProfile"]["vmSize"]
        message = f"The VM size '{size}' is not supported for creation of VMs with 'ConfidentialVM' security."
        raise ArmError(400, "BadRequest", message)
    required = source.security_type if source.security_type in ("TrustedLaunch", "ConfidentialVM") else ""
    if required and required != wanted:
        message = (
            "The provided gallery image only supports creation of VMs and VM Scale Sets with "
            f"'{required}' security type."
        )
        raise ArmError(400, "BadRequest", message)
    if wanted == "TrustedLaunch" and not _supports_trusted_launch(source):
        message = (
            "Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted "
            "Launch Supported Gen2 OS Image. For more information, see https://aka.ms/TrustedLaunch-FAQ."
        )
        raise ArmError(400, "BadRequest", message)


def _supports_trusted_launch(source: ImageSource) -> bool:
    """Platform images of generation 2 do; others say it by their definition's features."""
    is_platform = source.platform is not None
    return source.generation == "V2" and (is_platform or source.security_type in TRUSTED_LAUNCH_FEATURES)


def check_disk_fits(put: PutRequest, disk: Resource) -> None:
    """The same for an OS disk that is attached; what the disk does not say is not checked."""
    capabilities = disk.properties.get("supportedCapabilities", {})
    _check_size(put, disk.properties.get("hyperVGeneration", ""), capabilities.get("architecture", ""))


def _check_size(put: PutRequest, generation: str, architecture: str) -> None:
    name = put.properties["hardwareProfile"]["vmSize"]
    size = MACHINE_SIZES[name]
    if architecture and architecture != size.architecture:
        message = (
            f"Cannot create a VM of size '{name}' because this VM size only supports a CPU Architecture of "
            f"'{size.architecture}', but an image or disk with CPU Architecture '{architecture}' was given. "
            "Please check that the CPU Architecture of the image or disk is compatible with that of the VM "
            "size."
        )
        raise ArmError(400, "BadRequest", message)
    if generation and generation not in size.generations:
        message = (
            f"The selected VM size '{name}' cannot boot Hypervisor Generation '{generation[1:]}'. If this "
            "was a Create operation please check that the Hypervisor Generation of the Image matches the "
            "Hypervisor Generation of the selected VM Size. If this was an Update operation please select a "
            f"Hypervisor Generation '{generation[1:]}' VM Size."
        )
        raise ArmError(400, "BadRequest", message)
