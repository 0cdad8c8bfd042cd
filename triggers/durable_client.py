"""The durable client for code that runs in a thread, as everything that talks to Azure does here."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import azure.durable_functions as df

from orchestrators.build_steps import CANCEL_EVENT
from shared.domain.approval import APPROVE_EVENT, Approval
from shared.domain.codec import Json, to_json
from shared.starting import Instance

T = TypeVar("T")
ENDED = frozenset(
    {
        df.OrchestrationRuntimeStatus.Completed,
        df.OrchestrationRuntimeStatus.Failed,
        df.OrchestrationRuntimeStatus.Terminated,
        df.OrchestrationRuntimeStatus.Canceled,
    }
)


@dataclass(frozen=True)
class DurableClient:
    """`client` belongs to the event loop `loop`; its coroutines run there while the calling thread waits."""

    client: df.DurableOrchestrationClient
    loop: asyncio.AbstractEventLoop

    @classmethod
    def of(cls, client: df.DurableOrchestrationClient) -> "DurableClient":
        """To be called on the event loop."""
        return cls(client, asyncio.get_running_loop())

    def start(self, orchestration: str, instance_id: str, payload: Json) -> None:
        self._wait(self.client.start_new(orchestration, instance_id, payload))

    def cancel(self, run_id: str) -> None:
        self._wait(self.client.raise_event(run_id, CANCEL_EVENT))

    def approve(self, instance_id: str, approval: Approval) -> None:
        self._wait(self.client.raise_event(instance_id, APPROVE_EVENT, to_json(approval)))

    def find(self, instance_id: str) -> Instance | None:
        """None when there is no orchestration of that id."""
        status = self._wait(self.client.get_status(instance_id))
        if status is None or status.runtime_status is None:
            return None
        return Instance(ended=status.runtime_status in ENDED)

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()
