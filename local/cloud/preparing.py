"""Work ahead: what the export of a machine's disk will start from is made while its scripts run."""

from __future__ import annotations

import asyncio
import logging

from azure.core.exceptions import AzureError

from local.cloud.ports import Guest, GuestError
from local.cloud.storage import Storage

log = logging.getLogger(__name__)


class Preparing:
    """The base's own disk and its blob. Whoever needs them sooner makes them, or waits for them."""

    def __init__(self, guest: Guest, storage: Storage) -> None:
        self._guest = guest
        self._storage = storage
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, disk_id: str) -> None:
        """Returns at once. What goes wrong is told by the export itself, if there is one."""
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._prepare, disk_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """A base that is being written is written to its end."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _prepare(self, disk_id: str) -> None:
        try:
            base = self._guest.prepare_export(disk_id)
            if base is not None:
                self._storage.publish_base(base, self._guest.data_ranges(base))
        except (GuestError, AzureError) as error:
            log.info("disk %s was not prepared for its export: %s", disk_id, error)
