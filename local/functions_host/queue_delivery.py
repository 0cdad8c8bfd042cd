"""One delivery of a storage queue message: its lease, and the four ways it can end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

log = logging.getLogger("Host.Queues")
# The queue listener of the WebJobs SDK receives for ten minutes and renews at half of them.
LEASE_SECONDS = 600


class QueueDelivery:
    """Keeps the latest pop receipt, without which the queue accepts no settlement."""

    def __init__(self, message: QueueMessage, queue: QueueClient, poison: QueueClient) -> None:
        self.message = message
        self._queue = queue
        self._poison = poison
        self._receipt = str(message.pop_receipt)
        self._ended = asyncio.Event()

    @asynccontextmanager
    async def leased(self, lease_seconds: float = LEASE_SECONDS) -> AsyncIterator[None]:
        """Keeps other hosts from receiving the message meanwhile. A renewal under way is waited for: its
        answer holds the next pop receipt.
        """
        renewal = asyncio.create_task(self._renew(lease_seconds))
        try:
            yield
        finally:
            self._ended.set()
            await renewal

    async def _renew(self, lease_seconds: float) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), lease_seconds / 2)
                return
            try:
                await self.release(int(lease_seconds))
            except AzureError as error:
                log.warning("the lease of message %s could not be renewed: %s", self.message.id, error)

    async def release(self, seconds: int) -> None:
        """Makes the message visible after so many seconds."""
        updated = await self._queue.update_message(self.message.id, self._receipt, visibility_timeout=seconds)
        self._receipt = str(updated.pop_receipt)

    async def complete(self) -> None:
        await self._queue.delete_message(self.message.id, self._receipt)

    async def move_to_poison(self) -> None:
        """Copied first and then deleted: a host killed in between leaves two messages, never none."""
        await send(self._poison, str(self.message.content))
        await self.complete()
        log.warning("message %s has been moved to '%s'", self.message.id, self._poison.queue_name)


async def send(queue: QueueClient, content: str) -> None:
    """Sends to a queue that is created if it is missing, as the extension does."""
    try:
        await queue.send_message(content)
    except ResourceNotFoundError:
        await queue.create_queue()
        await queue.send_message(content)
