"""The parts of the cloud that every resource type may use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from local.cloud.catalogue import Catalogue
from local.cloud.door import Door
from local.cloud.executions import Executions
from local.cloud.key_vault.servers import VaultServers
from local.cloud.managed_state import ManagedState
from local.cloud.operations import Operations
from local.cloud.ports import Guest
from local.cloud.preparing import Preparing
from local.cloud.quotas import Quotas
from local.cloud.settings import CloudSettings
from local.cloud.storage import Storage
from local.cloud.store import Resource, Store


@dataclass
class Cloud:
    settings: CloudSettings
    store: Store
    state: ManagedState
    operations: Operations
    guest: Guest
    storage: Storage
    catalogue: Catalogue
    executions: Executions
    door: Door
    quotas: Quotas
    vaults: VaultServers
    preparing: Preparing

    async def release_contents(self, owner: Resource) -> None:
        """Removes the contents that a resource stands on, unless another one stands on them too."""
        contents = [owner.internal.get("contentId", ""), *owner.internal.get("dataContents", {}).values()]
        for content_id in filter(None, contents):
            if not self.store.refers_to_content(content_id, owner.id):
                await asyncio.to_thread(self.guest.delete_content, content_id)
