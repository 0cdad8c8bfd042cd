"""What the app process is told about the local cloud: the product's settings and the Azure SDKs' own."""

from dataclasses import dataclass
from typing import Self

from cli.json_types import Json, text
from cli.local.ports import HOST

RESOURCE_GROUP = "kiln"
LOCATION = "westeurope"
POLL_SECONDS = "0.05"


@dataclass(frozen=True)
class CloudAccess:
    """What the local cloud says when it is ready: addresses, paths of the CA and of the bundle with it."""

    arm: str
    identity: str
    identity_header: str
    ca: str
    bundle: str
    subscription_id: str
    tenant_id: str

    @classmethod
    def read(cls, body: Json) -> Self:
        names = ("arm", "identity", "identityHeader", "ca", "bundle", "subscriptionId", "tenantId")
        return cls(*(text(body, name) for name in names))


def app_environment(cloud: CloudAccess, storage: str, service_bus: str) -> dict[str, str]:
    """The environment of the Functions host; `storage` and `service_bus` are connection strings."""
    return {
        "KILN_ARM_ENDPOINT": cloud.arm,
        "KILN_ARM_SCOPE": "https://management.azure.com/.default",
        "KILN_SUBSCRIPTION_ID": cloud.subscription_id,
        "KILN_STORAGE_CONNECTION": storage,
        "KILN_SERVICEBUS_CONNECTION": service_bus,
        "KILN_POLL_SECONDS": POLL_SECONDS,
        "KILN_FETCH_NETWORKS": "127.0.0.0/8",  # examples are served on this machine
        "KILN_VAULT_HOSTS": HOST,
        "KILN_RESOURCE_GROUP": RESOURCE_GROUP,
        "KILN_LOCATION": LOCATION,
        "IDENTITY_ENDPOINT": cloud.identity,
        "IDENTITY_HEADER": cloud.identity_header,
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "REQUESTS_CA_BUNDLE": cloud.bundle,
        "SSL_CERT_FILE": cloud.bundle,
        "AzureWebJobsStorage": storage,
        "FUNCTIONS_WORKER_RUNTIME": "python",
        # The machine's proxy stands between no part and another.
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }
