"""Storage queue triggers: polls with a growing pause, runs the function, deletes what has succeeded.

Source: QueueListener and QueueProcessor of the WebJobs storage queues extension (v5). A message that fails is
made visible again after `visibilityTimeout`; at `maxDequeueCount` deliveries it goes to `<queue>-poison`.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from . import typed_data
from .config import QueueOptions
from .errors import FunctionFailedError, FunctionTimeoutError, WorkerLostError
from .functions import FunctionMetadata
from .invoker import Invoker
from .queue_delivery import LEASE_SECONDS, QueueDelivery
from .queue_message import decode, trigger_metadata
from .queue_storage import QueueAddress

log = logging.getLogger("Host.Queues")
_SHORTEST_PAUSE_SECONDS = 0.1
_POISON_SUFFIX = "-poison"


class Outcome(Enum):
    """What becomes of a message after a delivery."""

    SUCCEEDED = "deleted"
    FAILED = "visible again"
    POISON = "moved to the poison queue"


class QueueTrigger:
    """One function fed from one queue."""

    def __init__(
        self,
        function: FunctionMetadata,
        invoker: Invoker,
        settings: Mapping[str, str],
        options: QueueOptions,
    ) -> None:
        self._function = function
        self._invoker = invoker
        self._options = options
        self._address = QueueAddress(f"function '{function.name}'", function.trigger, settings)
        self._running: set[asyncio.Task[None]] = set()
        self._written = asyncio.Event()
        if function.retry:
            log.warning("'%s': a queue trigger has no retry policy; maxDequeueCount holds", function.name)

    def written(self, address: QueueAddress) -> None:
        """This host has sent to a queue: if it is this trigger's, the pause between polls ends."""
        if address == self._address:
            self._written.set()

    async def run(self) -> None:
        """Receives until cancelled; messages under way then go back to the queue."""
        async with self._address.client() as queue, self._address.client(_POISON_SUFFIX) as poison:
            try:
                await self._poll(queue, poison)
            finally:
                for task in self._running:
                    task.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)

    async def _poll(self, queue: QueueClient, poison: QueueClient) -> None:
        pause = _SHORTEST_PAUSE_SECONDS
        while True:
            self._written.clear()
            messages = await self._receive(queue)
            for message in messages:
                task = asyncio.create_task(self._deliver(QueueDelivery(message, queue, poison)))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            while len(self._running) > self._options.new_batch_threshold:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            if messages:
                pause = _SHORTEST_PAUSE_SECONDS
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._written.wait(), pause)
            pause = min(pause * 2, max(self._options.max_polling_interval, _SHORTEST_PAUSE_SECONDS))

    async def _receive(self, queue: QueueClient) -> list[QueueMessage]:
        size = self._options.batch_size
        try:
            pages = queue.receive_messages(
                messages_per_page=size, max_messages=size, visibility_timeout=LEASE_SECONDS
            )
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []  # A queue that is not there yet is an empty one.
        except AzureError as error:
            log.warning("'%s' cannot receive from '%s': %s", self._function.name, queue.queue_name, error)
            return []

    async def _deliver(self, delivery: QueueDelivery) -> None:
        try:
            try:
                async with delivery.leased():
                    outcome = await self.process(delivery.message)
            except asyncio.CancelledError:
                await delivery.release(0)
                raise
            await self._settle(delivery, outcome)
        except AzureError as error:
            log.warning("message %s could not be settled and comes again: %s", delivery.message.id, error)

    async def _settle(self, delivery: QueueDelivery, outcome: Outcome) -> None:
        if outcome is Outcome.SUCCEEDED:
            await delivery.complete()
        elif outcome is Outcome.POISON:
            await delivery.move_to_poison()
        else:
            await delivery.release(int(self._options.visibility_timeout))

    async def process(self, message: QueueMessage) -> Outcome:
        """Runs the function for one message and says what becomes of it."""
        deliveries, most = message.dequeue_count or 0, self._options.max_dequeue_count
        if deliveries > most:
            return Outcome.POISON  # A message that took the host down each time is settled by nobody else.
        try:
            body = typed_data.text_or_raw(decode(str(message.content), self._options.message_encoding))
        except ValueError as error:
            log.warning("'%s': message %s: %s", self._function.name, message.id, error)
            return Outcome.POISON
        data, metadata = {self._function.input_name: body}, trigger_metadata(message, body)
        try:
            await self._invoker.invoke(self._function, data, metadata)
        except (FunctionFailedError, FunctionTimeoutError, WorkerLostError) as error:
            name = self._function.name
            log.warning("Executed 'Functions.%s' (Failed), delivery %s: %s", name, deliveries, error)
            return Outcome.FAILED if deliveries < most else Outcome.POISON
        return Outcome.SUCCEEDED
