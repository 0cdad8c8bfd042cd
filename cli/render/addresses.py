"""The table of addresses that `up` ends with."""

from cli.local.endpoints import Endpoints
from cli.output import print_rows


def print_addresses(endpoints: Endpoints) -> None:
    """One row per address; on a pipe, tab-separated."""
    rows = {
        "Kiln": f"{endpoints.functions}/api",
        "Azure Resource Manager": endpoints.arm,
        "its certificate authority": endpoints.ca,
        "storage (Azurite)": blob_address(endpoints.storage),
        "Service Bus": bus_address(endpoints.serviceBus),
        "subscription": endpoints.subscriptionId,
    }
    print_rows(("part", "address"), list(rows.items()))


def blob_address(connection: str) -> str:
    """The blob service's URL in a connection string."""
    fields = dict(item.split("=", 1) for item in connection.split(";") if "=" in item)
    return fields.get("BlobEndpoint", connection)


def bus_address(connection: str) -> str:
    """The endpoint in a connection string."""
    fields = dict(item.split("=", 1) for item in connection.split(";") if "=" in item)
    return fields.get("Endpoint", connection)
