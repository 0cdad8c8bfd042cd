"""Runs activities: each stored work item is done at least once, its result and its removal are one
transaction.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import partial

from . import typed_data
from .actions import HTTP_ACTIVITY
from .call_http import HttpCaller, UnsupportedCallError
from .errors import FunctionFailedError, FunctionTimeoutError, WorkerLostError
from .functions import FunctionMetadata
from .history import Event, EventType, compact, event
from .instances import Instances
from .logs import about
from .mailboxes import Post
from .output_bindings import OutputBindings
from .settings import Json
from .store import Store, UnitOfWork
from .tasks import Tasks
from .traces import context_of
from .work_items import WorkItem
from .worker_pool import WorkerPool
from .worker_process import InvocationContext

log = logging.getLogger("Host.Activities")


class ActivityDispatcher:
    """Up to `max_activities` at once; the rest wait in the store."""

    def __init__(
        self,
        store: Store,
        workers: WorkerPool,
        max_activities: int,
        outputs: OutputBindings,
        http: HttpCaller,
    ) -> None:
        self._store = store
        self._workers = workers
        self._outputs = outputs
        self._slots = asyncio.Semaphore(max_activities)
        self._tasks = Tasks()
        self._http = http
        self.post: Post
        self.instances: Instances
        self.activities: Mapping[str, FunctionMetadata] = {}

    def dispatch(self, item: WorkItem) -> None:
        self._tasks.spawn(self._run(item))

    async def stop(self) -> None:
        await self._tasks.stop()
        await self._http.close()

    async def _run(self, item: WorkItem) -> None:
        async with self._slots:
            completion = await self._completion(item)
        unit = UnitOfWork()
        unit.execute("DELETE FROM work WHERE seq=?", item.seq)
        self.post.to_instance(unit, item.instance_id, completion, item.execution_id)
        await self._store.commit(unit)

    async def _completion(self, item: WorkItem) -> Event:
        while True:
            try:
                result = await self._call(item)
            except WorkerLostError as error:
                log.warning(
                    "activity '%s' of %s is run again: %s",
                    item.name,
                    item.instance_id,
                    error,
                    extra=about(item.instance_id),
                )
            except (FunctionFailedError, FunctionTimeoutError, UnsupportedCallError) as error:
                log.info(
                    "activity '%s' of %s failed: %s",
                    item.name,
                    item.instance_id,
                    error,
                    extra=about(item.instance_id),
                )
                return _failure(item, error)
            except Exception as error:
                log.exception(
                    "activity '%s' of %s failed inside the host",
                    item.name,
                    item.instance_id,
                    extra=about(item.instance_id),
                )
                return _failure(item, error)
            else:
                return event(
                    EventType.TASK_COMPLETED, time.time(), TaskScheduledId=item.task_id, Result=result
                )

    async def _remember(self, item: WorkItem, input_json: str) -> None:
        """What a host that starts again is to do in the item's place."""
        unit = UnitOfWork()
        unit.execute("UPDATE work SET input=? WHERE seq=?", input_json, item.seq)
        await self._store.commit(unit)

    def _context(self, item: WorkItem) -> InvocationContext:
        instance = self.instances.load(item.instance_id)
        return context_of(instance.trace if instance else None, item.instance_id)

    async def _call(self, item: WorkItem) -> str | None:
        """The result as JSON text, None for no result."""
        if item.name == HTTP_ACTIVITY:
            return await self._http.call(item.input or "{}", partial(self._remember, item))
        function = self.activities.get(item.name)
        if function is None:
            raise FunctionFailedError(f"LookupError: the app has no activity '{item.name}'", "")
        argument = typed_data.string(item.input or "null")
        metadata = {
            function.input_name: argument,
            "instanceId": typed_data.string(item.instance_id),
            "data": typed_data.json_text(item.input or "null"),
        }
        result = await self._workers.invoke(
            function.name, {function.input_name: argument}, metadata, self._context(item)
        )
        await self._outputs.write(function, result)
        text = typed_data.as_text(result.returned or {})
        return None if text == "null" else text


def _failure(item: WorkItem, error: Exception) -> Event:
    """TaskFailed with the extension's wording; user code sees `{Reason} \\n {Details}`."""
    stack = error.stack if isinstance(error, FunctionFailedError) else ""
    details: dict[str, Json] = {
        "$type": "System.Exception, System.Private.CoreLib",
        "ClassName": "System.Exception",
        "Message": f" {error}",
        "StackTraceString": stack,
    }
    return event(
        EventType.TASK_FAILED,
        time.time(),
        TaskScheduledId=item.task_id,
        Reason=f"Activity function '{item.name}' failed:  {error}",
        Details=compact(details),
    )
