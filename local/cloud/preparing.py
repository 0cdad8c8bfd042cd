"""Work ahead: what the export of a machine's disk will start from is made while its scripts run."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from azure.core.exceptions import AzureError

from local.cloud.ports import Guest, GuestError
from local.cloud.storage import Storage

log = logging.getLogger(__name__)


class Preparing:
    """The base's own disk, a copy of it, and its blob. Whoever needs them sooner waits."""

    def __init__(self, guest: Guest, storage: Storage) -> None:
        self._guest = guest
        self._storage = storage
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, disk_id: str) -> None:
        """Returns at once. What goes wrong is told by the export itself, if there is one."""
        task = asyncio.get_running_loop().create_task(self._prepare(disk_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """A base that is being written is written to its end."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _prepare(self, disk_id: str) -> None:
        try:
            base = await asyncio.to_thread(self._guest.prepare_base, disk_id)
            if base is not None:
                publishing = asyncio.to_thread(self._publish, base)
                await asyncio.gather(publishing, asyncio.to_thread(self._guest.prepare_copy, base))
        except (GuestError, AzureError, OSError) as error:
            log.info("disk %s was not prepared for its export: %s", disk_id, error)

    def _publish(self, base: Path) -> None:
        self._storage.publish_base(base, self._guest.data_ranges(base))
