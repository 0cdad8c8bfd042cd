"""The newest version of an image, with one list call."""

from azure.mgmt.compute import ComputeManagementClient

from shared.azure.errors import azure_errors
from shared.azure.gallery import list_versions
from shared.domain.versions import version_key


def newest_version(client: ComputeManagementClient, reference: str, location: str) -> str:
    """The newest exact version that `location` has of what `reference` (ends in `latest`) names; "" for none.

    Raises BuildFailed or TransientError as every call to Azure.
    """
    if reference.startswith("/"):
        definition_id = reference.rpartition("/versions/")[0]
        versions = list_versions(client, definition_id)
        names = [each.name for each in versions if not each.excluded and location in each.regions]
        newest = max(names, key=version_key, default="")
        return f"{definition_id}/versions/{newest}" if newest else ""
    publisher, offer, sku, _ = reference.split(":")
    with azure_errors(f"list the versions of {publisher}:{offer}:{sku}"):
        newest = newest_platform_version(client, location, publisher, offer, sku)
    return f"{publisher}:{offer}:{sku}:{newest}" if newest else ""


def newest_platform_version(
    client: ComputeManagementClient, location: str, publisher: str, offer: str, sku: str
) -> str:
    """The newest version number of a Marketplace image, "" when it has none. Raises the SDK's errors."""
    found = client.virtual_machine_images.list(location, publisher, offer, sku)
    return max((image.name for image in found), key=version_key, default="")
