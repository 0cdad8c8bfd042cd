"""Scripts that run now: who runs, how to stop them, and how to wait for their end.

A script is stopped by its event; stopping the whole cloud stops all of them without recording an outcome,
so that the next start runs them again.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from local.cloud.arm_ids import ArmId

Work = Callable[[threading.Event], Awaitable[None]]


@dataclass
class Execution:
    task: asyncio.Task[None]
    cancelled: threading.Event


class Executions:
    """Scripts of one machine run one after the other, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._running: dict[str, Execution] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.stopping = False

    def start(self, command: ArmId, work: Work) -> None:
        cancelled = threading.Event()
        task = asyncio.get_running_loop().create_task(self._run(command, work, cancelled))
        self._running[command.key] = Execution(task, cancelled)

    async def wait(self, command: ArmId) -> None:
        if execution := self._running.get(command.key):
            await asyncio.shield(execution.task)

    def is_running(self, command: ArmId) -> bool:
        return command.key in self._running

    async def cancel(self, owner: ArmId) -> None:
        """Stops the scripts of a run command, or of all run commands of a machine, and waits for their
        end."""
        self.signal(owner)
        for execution in self._of(owner):
            await asyncio.shield(execution.task)

    def signal(self, owner: ArmId) -> None:
        """Tells them to stop without waiting."""
        for execution in self._of(owner):
            execution.cancelled.set()

    async def stop(self) -> None:
        self.stopping = True
        for execution in self._running.values():
            execution.cancelled.set()
        await asyncio.gather(
            *(execution.task for execution in self._running.values()), return_exceptions=True
        )

    def _of(self, owner: ArmId) -> list[Execution]:
        return [
            execution
            for key, execution in self._running.items()
            if key == owner.key or key.startswith(f"{owner.key}/")
        ]

    async def _run(self, command: ArmId, work: Work, cancelled: threading.Event) -> None:
        try:
            async with self._turns[command.parent.key]:
                await work(cancelled)
        finally:
            self._running.pop(command.key, None)
