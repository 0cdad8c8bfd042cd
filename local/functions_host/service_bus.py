"""Service Bus triggers and output bindings, through the real azure-servicebus client.

A message is received under a peek lock and completed when the function has succeeded. When it fails the
message is abandoned, so that the bus counts the delivery and, beyond the entity's maximum, moves it to the
dead-letter queue.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Protocol, cast

from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from . import typed_data
from .errors import FunctionFailedError, FunctionTimeoutError, LoadError, WorkerLostError
from .function_retry import invoke_with_retries
from .functions import Binding, FunctionMetadata
from .invoker import Invoker
from .output_bindings import bodies
from .service_bus_metadata import trigger_metadata
from .typed_data import TypedData

log = logging.getLogger("Host.ServiceBus")
_FIRST_RECONNECT_SECONDS, _LONGEST_RECONNECT_SECONDS = 0.2, 10.0
_LOCK_RENEWAL_SECONDS = 300.0
_RECEIVE_SECONDS = 30.0


class Settlement(Protocol):
    """The part of a receiver that ends a message's delivery."""

    async def complete_message(self, message: ServiceBusReceivedMessage) -> None: ...
    async def abandon_message(self, message: ServiceBusReceivedMessage) -> None: ...


class ServiceBusTrigger:
    """One function fed from one queue or subscription; up to `max_calls` messages at once."""

    def __init__(
        self, function: FunctionMetadata, invoker: Invoker, settings: Mapping[str, str], max_calls: int
    ) -> None:
        trigger = function.trigger
        if str(trigger.get("cardinality") or "one").lower() == "many" or trigger.get("isSessionsEnabled"):
            raise LoadError(
                f"function '{function.name}': Service Bus batches and sessions are not implemented here"
            )
        self._function = function
        self._invoker = invoker
        self._max_calls = max_calls
        self._connection = connection_string(function.name, trigger, settings)

    async def run(self) -> None:
        """Receives until cancelled; a lost connection is made again."""
        delay = _FIRST_RECONNECT_SECONDS
        while True:
            try:
                async with AsyncExitStack() as stack:
                    client = ServiceBusClient.from_connection_string(self._connection, retry_total=0)
                    await stack.enter_async_context(client)
                    renewer = AutoLockRenewer()
                    stack.push_async_callback(renewer.close)
                    receiver = await stack.enter_async_context(self._receiver(client))
                    delay = _FIRST_RECONNECT_SECONDS
                    await self._receive(receiver, renewer)
            except (ServiceBusError, OSError, ValueError) as error:
                log.warning("'%s' lost Service Bus and connects again: %s", self._function.name, error)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_RECONNECT_SECONDS)

    def _receiver(self, client: ServiceBusClient) -> ServiceBusReceiver:
        trigger = self._function.trigger
        if trigger.get("topicName"):
            return client.get_subscription_receiver(
                topic_name=str(trigger["topicName"]), subscription_name=str(trigger["subscriptionName"])
            )
        return client.get_queue_receiver(queue_name=str(trigger["queueName"]))

    async def _receive(self, receiver: ServiceBusReceiver, renewer: AutoLockRenewer) -> None:
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                free = self._max_calls - len(running)
                messages = await receiver.receive_messages(
                    max_message_count=free, max_wait_time=_RECEIVE_SECONDS
                )
                for message in messages:
                    renewer.register(receiver, message, max_lock_renewal_duration=_LOCK_RENEWAL_SECONDS)
                    running.add(asyncio.create_task(self.process(receiver, message)))
                if len(running) >= self._max_calls:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in running if task.done()]:
                    running.discard(task)
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def process(self, receiver: Settlement, message: ServiceBusReceivedMessage) -> None:
        """Runs the function for one message and settles it."""
        body = b"".join(cast("list[bytes]", list(message.body)))
        data = {self._function.input_name: typed_data.text_or_raw(body)}
        try:
            await invoke_with_retries(self._invoker, self._function, data, trigger_metadata(message))
        except (FunctionFailedError, FunctionTimeoutError, WorkerLostError) as error:
            log.warning(
                "Executed 'Functions.%s' (Failed), delivery %s: %s",
                self._function.name,
                message.delivery_count,
                error,
            )
            await receiver.abandon_message(message)
        else:
            await receiver.complete_message(message)


class ServiceBusOutput:
    """The `serviceBus` output binding. Keeps one client per connection."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._clients: dict[str, ServiceBusClient] = {}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    async def write(self, binding: Binding, data: TypedData) -> None:
        """Sends one message, or each of a JSON list. Raises FunctionFailedError if the bus refuses."""
        connection = connection_string(str(binding["name"]), binding, self._settings)
        client = self._clients.setdefault(connection, ServiceBusClient.from_connection_string(connection))
        sender = (
            client.get_topic_sender(str(binding["topicName"]))
            if binding.get("topicName")
            else client.get_queue_sender(str(binding["queueName"]))
        )
        try:
            async with sender:
                await sender.send_messages([ServiceBusMessage(body) for body in bodies(data)])
        except ServiceBusError as error:
            raise FunctionFailedError(f"ServiceBusException: {error}", "") from error


def connection_string(place: str, binding: Binding, settings: Mapping[str, str]) -> str:
    """What the app setting that the binding names holds, as such or with Azure's prefix. Raises LoadError."""
    name = str(binding.get("connection") or "ServiceBus")
    for setting in (name, f"AzureWebJobs{name}"):
        if settings.get(setting):
            return settings[setting]
    raise LoadError(f"'{place}': the app setting '{name}' with the Service Bus connection string is not set")
