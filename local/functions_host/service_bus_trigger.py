"""Service Bus triggers, through the real azure-servicebus client: single messages, batches and sessions.

Messages are received under a peek lock that is renewed while the function runs. Source: the Service Bus
extension (version 5) and "host.json settings" of its documentation.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack

from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError, ServiceBusError, SessionLockLostError

from .functions import FunctionMetadata
from .invoker import Invoker
from .service_bus_connection import find_connection
from .service_bus_delivery import ServiceBusDelivery
from .service_bus_options import ServiceBusOptions

log = logging.getLogger("Host.ServiceBus")
_FIRST_RECONNECT_SECONDS, _LONGEST_RECONNECT_SECONDS = 0.2, 10.0
_RECEIVE_SECONDS = 30.0


class ServiceBusTrigger:
    """One function fed from one queue or subscription. Raises LoadError for a wrong setting."""

    def __init__(
        self,
        function: FunctionMetadata,
        invoker: Invoker,
        settings: Mapping[str, str],
        options: ServiceBusOptions,
    ) -> None:
        trigger = function.trigger
        self._function = function
        self._options = options
        self._connection = find_connection(function.name, trigger, settings)
        self._batches = str(trigger.get("cardinality") or "one").lower() == "many"
        self._sessions = bool(trigger.get("isSessionsEnabled"))
        own = trigger.get("autoCompleteMessages")
        auto_complete = options.auto_complete_messages if own is None else bool(own)
        self._delivery = ServiceBusDelivery(function, invoker, auto_complete=auto_complete)
        self._delay = _FIRST_RECONNECT_SECONDS

    async def run(self) -> None:
        """Receives until cancelled; a lost connection is made again."""
        while True:
            try:
                async with AsyncExitStack() as stack:
                    client = await self._connection.open(stack, retries=0)
                    renewer = AutoLockRenewer(self._options.max_auto_lock_renewal)
                    stack.push_async_callback(renewer.close)
                    await self._listen(client, renewer)
            except (ServiceBusError, OSError, ValueError) as error:
                log.warning("'%s' lost Service Bus and connects again: %s", self._function.name, error)
            await asyncio.sleep(self._delay)
            self._delay = min(self._delay * 2, _LONGEST_RECONNECT_SECONDS)

    async def _listen(self, client: ServiceBusClient, renewer: AutoLockRenewer) -> None:
        if not self._sessions:
            async with self._receiver(client) as receiver:
                self._delay = _FIRST_RECONNECT_SECONDS
                await self._receive(receiver, renewer)
            return
        count = self._options.max_concurrent_sessions
        tasks = [asyncio.create_task(self._receive_sessions(client, renewer)) for _ in range(count)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive_sessions(self, client: ServiceBusClient, renewer: AutoLockRenewer) -> None:
        """One session after the other, each until it has had no message for a while."""
        while True:
            try:
                async with self._receiver(client) as receiver:
                    self._delay = _FIRST_RECONNECT_SECONDS
                    renewer.register(receiver, receiver.session, self._options.max_auto_lock_renewal)
                    await self._receive_session(receiver)
            except OperationTimeoutError:
                continue  # no session had a message meanwhile
            except SessionLockLostError as error:
                log.warning("'%s' lost a session: %s", self._function.name, error)

    def _receiver(self, client: ServiceBusClient) -> ServiceBusReceiver:
        trigger = self._function.trigger
        session_id = NEXT_AVAILABLE_SESSION if self._sessions else None
        wait = _RECEIVE_SECONDS if self._sessions else None
        prefetch = self._options.prefetch_count
        if trigger.get("topicName"):
            return client.get_subscription_receiver(
                str(trigger["topicName"]),
                str(trigger["subscriptionName"]),
                session_id=session_id,
                max_wait_time=wait,
                prefetch_count=prefetch,
            )
        return client.get_queue_receiver(
            str(trigger["queueName"]), session_id=session_id, max_wait_time=wait, prefetch_count=prefetch
        )

    async def _receive_session(self, receiver: ServiceBusReceiver) -> None:
        """In order: a session's messages are never handled side by side."""
        most = self._options.max_message_batch_size if self._batches else 1
        while messages := await receiver.receive_messages(
            max_message_count=most, max_wait_time=self._options.session_idle_timeout
        ):
            await self._deliver(receiver, messages)

    async def _receive(self, receiver: ServiceBusReceiver, renewer: AutoLockRenewer) -> None:
        running: set[asyncio.Task[None]] = set()
        most = 1 if self._batches else self._options.max_concurrent_calls
        try:
            while True:
                messages = await self._next(receiver, most - len(running))
                for message in messages:
                    renewer.register(receiver, message, self._options.max_auto_lock_renewal)
                for group in [messages] if self._batches else [[message] for message in messages]:
                    if group:
                        running.add(asyncio.create_task(self._deliver(receiver, group)))
                if len(running) >= most:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in running if task.done()]:
                    running.discard(task)
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _next(self, receiver: ServiceBusReceiver, free: int) -> list[ServiceBusReceivedMessage]:
        """What there is now, or comes next. A batch waits for its least size."""
        if not self._batches:
            return await receiver.receive_messages(max_message_count=free, max_wait_time=_RECEIVE_SECONDS)
        least, most = self._options.min_message_batch_size, self._options.max_message_batch_size
        messages = await receiver.receive_messages(max_message_count=most, max_wait_time=_RECEIVE_SECONDS)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._options.max_batch_wait
        while messages and len(messages) < least and (left := deadline - loop.time()) > 0:
            messages += await receiver.receive_messages(
                max_message_count=most - len(messages), max_wait_time=left
            )
        return messages

    async def _deliver(self, receiver: ServiceBusReceiver, messages: list[ServiceBusReceivedMessage]) -> None:
        if self._batches:
            await self._delivery.batch(receiver, messages)
        else:
            for message in messages:
                await self._delivery.one(receiver, message)
