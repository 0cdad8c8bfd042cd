"""The `serviceBus` output binding: what a function returned or set, sent to a queue or topic."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusSender
from azure.servicebus.exceptions import ServiceBusError

from .errors import FunctionFailedError
from .functions import Binding
from .output_bindings import bodies
from .service_bus_connection import ServiceBusConnection, find_connection
from .typed_data import TypedData, kind

_RETRIES = 3
_CONTENT_TYPES = {"bytes": "application/octet-stream", "json": "application/json"}


class ServiceBusOutput:
    """Keeps one sender for each queue or topic: opening one takes many times as long as sending."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._senders: dict[tuple[ServiceBusConnection, str], _Sender] = {}

    async def close(self) -> None:
        await asyncio.gather(*(sender.close() for sender in self._senders.values()))

    async def write(self, binding: Binding, data: TypedData) -> None:
        """Sends one message, or each of a JSON list. Raises FunctionFailedError if the bus refuses."""
        connection = find_connection(str(binding["name"]), binding, self._settings)
        entity = str(binding.get("queueName") or binding.get("topicName"))
        content_type = _CONTENT_TYPES.get(kind(data), "text/plain")
        messages = [ServiceBusMessage(body, content_type=content_type) for body in bodies(data)]
        sender = self._senders.setdefault((connection, entity), _Sender(connection, entity))
        try:
            await sender.send(messages)
        except (ServiceBusError, OSError, ValueError) as error:
            raise FunctionFailedError(f"ServiceBusException: {error}", "") from error


class _Sender:
    """One sender, used by one invocation at a time; made anew after an error."""

    def __init__(self, connection: ServiceBusConnection, entity: str) -> None:
        self._connection = connection
        self._entity = entity
        self._one = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._open: ServiceBusSender | None = None

    async def send(self, messages: list[ServiceBusMessage]) -> None:
        async with self._one:
            try:
                if self._open is None:
                    client = await self._connection.open(self._stack, _RETRIES)
                    # A topic's sender is the same as a queue's.
                    self._open = await self._stack.enter_async_context(client.get_queue_sender(self._entity))
                await self._open.send_messages(messages)
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        stack, self._stack, self._open = self._stack, AsyncExitStack(), None
        await stack.aclose()
