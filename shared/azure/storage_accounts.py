"""Storage accounts as ARM resources: Azure imports a VHD only together with its account's id."""

import ipaddress
from urllib.parse import urlsplit

from azure.mgmt.resource.resources import ResourceManagementClient

from shared.azure.errors import azure_errors

TYPE = "Microsoft.Storage/storageAccounts"


def find_account(client: ResourceManagementClient, blob_url: str, group_id: str) -> str:
    """The full ARM id of the account that a blob lies in.

    One that the subscription does not list is taken for an account of the resource group `group_id`, Kiln's
    own: Azure refuses the id if it is none.
    """
    name = account_name(blob_url)
    wanted = f"resourceType eq '{TYPE}' and name eq '{name}'"
    with azure_errors(f"look for storage account {name}"):
        found = next(iter(client.resources.list(filter=wanted)), None)
    return (found.id if found else None) or f"{group_id}/providers/{TYPE}/{name}"


def account_name(blob_url: str) -> str:
    """The first label of the host; of an address without names, the first part of the path."""
    parts = urlsplit(blob_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.partition(".")[0]
    return parts.path.strip("/").partition("/")[0]
