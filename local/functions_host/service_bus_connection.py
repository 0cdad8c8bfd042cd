"""Which Service Bus a binding's `connection` means: a connection string, or a namespace and an identity."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from ipaddress import ip_address

from azure.identity.aio import DefaultAzureCredential
from azure.servicebus.aio import ServiceBusClient

from .errors import LoadError
from .functions import Binding


@dataclass(frozen=True)
class ServiceBusConnection:
    """A connection string, or a namespace: `NAME.servicebus.windows.net`, or `HOST:PORT` of a local bus."""

    connection_string: str = ""
    namespace: str = ""
    client_id: str | None = None

    async def open(self, stack: AsyncExitStack, retries: int) -> ServiceBusClient:
        """A client that ends with the stack."""
        if self.connection_string:
            client = ServiceBusClient.from_connection_string(self.connection_string, retry_total=retries)
        else:
            credential = await stack.enter_async_context(
                DefaultAzureCredential(managed_identity_client_id=self.client_id)
            )
            # A bus on loopback is one without TLS, as Microsoft's emulator is.
            tls = not _is_loopback(self.namespace)
            client = ServiceBusClient(self.namespace, credential, use_tls=tls, retry_total=retries)
        return await stack.enter_async_context(client)


def find_connection(place: str, binding: Binding, settings: Mapping[str, str]) -> ServiceBusConnection:
    """Of the app setting that the binding names, as such or with Azure's prefix. Raises LoadError."""
    name = str(binding.get("connection") or "ServiceBus")
    for setting in (name, f"AzureWebJobs{name}"):
        if settings.get(setting):
            return ServiceBusConnection(connection_string=settings[setting])
        for separator in ("__", ":"):
            prefix = f"{setting}{separator}"
            if namespace := settings.get(f"{prefix}fullyQualifiedNamespace"):
                return ServiceBusConnection("", namespace, settings.get(f"{prefix}clientId"))
    raise LoadError(
        f"'{place}': the app setting '{name}' with the Service Bus connection string, or "
        f"'{name}__fullyQualifiedNamespace', is not set"
    )


def _is_loopback(namespace: str) -> bool:
    host = namespace.rpartition(":")[0]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
