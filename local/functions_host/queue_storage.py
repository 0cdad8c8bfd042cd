"""Where a storage queue is: the connection string a binding names, and the client for it."""

import re
from collections.abc import Mapping

from azure.storage.queue import QueueServiceClient as ConnectionCheck
from azure.storage.queue.aio import QueueClient

from .errors import LoadError
from .functions import Binding

# The account and key that every Azurite knows (learn.microsoft.com, "Use the Azurite emulator"): no secret.
_EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)
# "Naming Queues and Metadata" of the Queue Storage REST reference.
_QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")


class QueueAddress:
    """One queue of one storage account. Raises LoadError, naming `place`, for a wrong setting or name."""

    def __init__(self, place: str, binding: Binding, settings: Mapping[str, str]) -> None:
        self.name = str(binding["queueName"])
        if _QUEUE_NAME.fullmatch(self.name) is None:
            raise LoadError(
                f"{place}: '{self.name}' is not a queue name: 3-63 of a-z, 0-9 and single dashes between them"
            )
        self._connection = _connection_string(place, binding, settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QueueAddress) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[str, str]:
        return self._connection, self.name

    def client(self, suffix: str = "") -> QueueClient:
        """For this queue, or the one with `suffix` added to its name. Texts pass through as they are."""
        # The listener waits and tries again itself; the SDK's own retries would only hide that from the log.
        return QueueClient.from_connection_string(self._connection, self.name + suffix, retry_total=1)


def _connection_string(place: str, binding: Binding, settings: Mapping[str, str]) -> str:
    name = str(binding.get("connection") or "AzureWebJobsStorage")
    given = next((settings[s] for s in (name, f"AzureWebJobs{name}") if settings.get(s)), None)
    if given is None:
        raise LoadError(
            f"{place}: the app setting '{name}' with the storage connection string is not set "
            f"(a connection by identity, '{name}__…', is not implemented here)"
        )
    if given.strip().rstrip(";").lower() == "usedevelopmentstorage=true":
        return _EMULATOR
    try:
        ConnectionCheck.from_connection_string(given).close()
    except ValueError as error:
        raise LoadError(
            f"{place}: the app setting '{name}' is no storage connection string: {error}"
        ) from error
    return given
