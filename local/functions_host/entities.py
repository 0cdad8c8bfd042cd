"""Durable entities: one batch at a time per entity, its new state and its replies are one transaction."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from . import typed_data
from .config import DurableOptions
from .errors import FunctionFailedError, FunctionTimeoutError, WorkerLostError
from .functions import FunctionMetadata
from .history import EventType, compact, event
from .mailboxes import EntityMessage, Mailboxes, Post
from .settings import Json
from .store import Store, UnitOfWork
from .tasks import Tasks
from .worker_pool import WorkerPool

log = logging.getLogger("Host.Entities")


class EntityEngine:
    """Entities by scheduler id `@name@key` (name in lower case)."""

    def __init__(self, store: Store, workers: WorkerPool, options: DurableOptions) -> None:
        self._store = store
        self._workers = workers
        self._batch_size = options.entity_batch_size
        self._slots = asyncio.Semaphore(options.max_entities)
        self._tasks = Tasks()
        self._running: set[str] = set()
        self.mail: Mailboxes[EntityMessage]
        self.post: Post
        self.entities: Mapping[str, FunctionMetadata] = {}

    def wake(self, entity_id: str) -> None:
        if entity_id not in self._running:
            self._running.add(entity_id)
            self._tasks.spawn(self._work_through_mail(entity_id))

    async def stop(self) -> None:
        await self._tasks.stop()

    def state(self, entity_id: str) -> str | None:
        """The entity's state as JSON text, None if it does not exist."""
        rows = self._store.rows("SELECT state FROM entities WHERE id=?", entity_id)
        return cast("str | None", rows[0][0]) if rows else None

    async def _work_through_mail(self, entity_id: str) -> None:
        try:
            while batch := self.mail.waiting(entity_id)[: self._batch_size]:
                async with self._slots:
                    await self._run_batch(entity_id, batch)
        finally:
            self._running.discard(entity_id)

    async def _run_batch(self, entity_id: str, batch: Sequence[EntityMessage]) -> None:
        unit = UnitOfWork()
        try:
            answer = await self._call(entity_id, batch)
        except WorkerLostError as error:
            log.warning("entity %s runs its batch again: %s", entity_id, error)
            return
        except (FunctionFailedError, FunctionTimeoutError) as error:
            log.warning("entity %s failed: %s", entity_id, error)
            results: list[dict[str, Json]] = [{"isError": True, "result": json.dumps(str(error))}] * len(
                batch
            )
        else:
            results = cast("list[dict[str, Json]]", answer["results"])
            _store_state(unit, entity_id, answer)
        for message, result in zip(batch, results, strict=True):
            self._reply(unit, message, result)
        unit.then(partial(self.mail.remove, entity_id, {message.seq for message in batch}))
        await self._store.commit(unit)

    async def _call(self, entity_id: str, batch: Sequence[EntityMessage]) -> dict[str, Json]:
        _, name, key = entity_id.split("@", 2)
        function = self.entities.get(name)
        if function is None:
            raise FunctionFailedError(f"the app has no entity '{name}'", "")
        state = self.state(entity_id)
        operations: list[Json] = [
            {
                "name": message.body["op"],
                "input": message.body.get("input"),
                "isSignal": bool(message.body.get("signal")),
            }
            for message in batch
        ]
        context = compact(
            {
                "self": {"name": name, "key": key},
                "exists": state is not None,
                "state": state,
                "batch": operations,
            }
        )
        result = await self._workers.invoke(function.name, {function.input_name: typed_data.string(context)})
        return cast("dict[str, Json]", json.loads(typed_data.as_text(result.returned or {}) or "{}"))

    def _reply(self, unit: UnitOfWork, message: EntityMessage, result: dict[str, Json]) -> None:
        unit.execute("DELETE FROM entity_inbox WHERE seq=?", message.seq)
        if message.body.get("signal"):
            if result["isError"]:
                log.error("a signal '%s' failed: %s", message.body["op"], result["result"])
            return
        reply: dict[str, Json] = {"result": result["result"]}
        if result["isError"]:
            reply["exceptionType"] = "Error"
        raised = event(EventType.EVENT_RAISED, time.time(), Name=message.body["id"], Input=compact(reply))
        parent, execution = str(message.body["parent"]), str(message.body["parentExecution"])
        self.post.to_instance(unit, parent, raised, execution)


def _store_state(unit: UnitOfWork, entity_id: str, answer: dict[str, Json]) -> None:
    if answer["entityExists"]:
        state = cast("str | None", answer["entityState"])
        unit.execute("INSERT OR REPLACE INTO entities VALUES(?,?,?)", entity_id, state, time.time())
    else:
        unit.execute("DELETE FROM entities WHERE id=?", entity_id)
