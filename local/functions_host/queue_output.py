"""The `queue` output binding: what a function returned or set, sent to a storage queue."""

from collections.abc import Callable, Mapping

from azure.core.exceptions import AzureError

from .errors import FunctionFailedError
from .functions import Binding
from .output_bindings import bodies
from .queue_delivery import send
from .queue_message import encode
from .queue_storage import QueueAddress
from .typed_data import TypedData


class QueueOutput:
    """`written` is told the queue of each output, so that a trigger of this host need not wait to see it."""

    def __init__(
        self, settings: Mapping[str, str], encoding: str, written: Callable[[QueueAddress], None]
    ) -> None:
        self._settings = settings
        self._encoding = encoding
        self._written = written

    async def write(self, binding: Binding, data: TypedData) -> None:
        """Sends one message, or each of a JSON list. Raises FunctionFailedError if the queue refuses."""
        address = QueueAddress(f"binding '{binding['name']}'", binding, self._settings)
        try:
            async with address.client() as queue:
                for body in bodies(data):
                    await send(queue, encode(body, self._encoding))
        except (AzureError, ValueError) as error:
            raise FunctionFailedError(f"StorageException: {error}", "") from error
        self._written(address)
