"""VM sizes."""

from functools import cache

from azure.mgmt.compute import ComputeManagementClient

from shared.azure.errors import azure_errors
from shared.domain.errors import BuildError, BuildFailed


def cores(client: ComputeManagementClient, location: str, size: str) -> int:
    """vCPUs of a size; BuildFailed(SkuNotAvailable) when the region does not have it."""
    found = _cores_by_size(client, location).get(size.lower())
    if found is None:
        raise BuildFailed(BuildError("SkuNotAvailable", f"size {size} is not available in {location}"))
    return found


@cache
def _cores_by_size(client: ComputeManagementClient, location: str) -> dict[str, int]:
    """Asked for once per process and region."""
    with azure_errors(f"list the VM sizes of {location}"):
        skus = list(client.resource_skus.list(filter=f"location eq '{location}'"))
    return {
        (sku.name or "").lower(): int(capability.value or 0)
        for sku in skus
        if sku.resource_type == "virtualMachines"
        for capability in sku.capabilities or []
        if capability.name == "vCPUs"
    }
