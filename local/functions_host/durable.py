"""The durable part of the host as one piece: engine, activities, entities and their mail, and recovery at
start.
"""

import json
import logging
from collections.abc import Iterable

from .activities import ActivityDispatcher
from .call_http import HttpCaller
from .config import DurableOptions
from .engine import OrchestrationEngine
from .entities import EntityEngine
from .functions import FunctionMetadata, by_durable_name
from .history import from_text
from .instances import Instances
from .mailboxes import EntityMessage, Mailboxes, OrchestratorMessage, Post
from .output_bindings import OutputBindings
from .scheduling import Scheduler
from .store import Store
from .timers import DueQueue
from .work_items import WorkItem
from .worker_pool import WorkerPool

log = logging.getLogger("Host.Durable")


class DurableHost:
    """Wires the parts of one task hub together."""

    def __init__(
        self,
        store: Store,
        workers: WorkerPool,
        options: DurableOptions,
        outputs: OutputBindings,
        http: HttpCaller,
    ) -> None:
        self._store = store
        self.due = DueQueue()
        self.options = options
        self.instances = Instances(store)
        self.activities = ActivityDispatcher(store, workers, options.max_activities, outputs, http)
        self.entities = EntityEngine(store, workers, options)
        self.orchestrations = Mailboxes[OrchestratorMessage](self.due, self._wake_instance)
        self.entity_mail = Mailboxes[EntityMessage](self.due, self.entities.wake)
        self.post = Post(store, self.orchestrations, self.entity_mail)
        self.scheduler = Scheduler(
            store, self.instances, self.post, self.activities.dispatch, options.versions.current
        )
        self.engine = OrchestrationEngine(store, workers, self.instances, self.scheduler, options)
        self.engine.mail, self.engine.post = self.orchestrations, self.post
        self.entities.mail, self.entities.post = self.entity_mail, self.post
        self.activities.post, self.activities.instances = self.post, self.instances

    def _wake_instance(self, instance_id: str) -> None:
        self.engine.wake(instance_id)

    def register(self, functions: Iterable[FunctionMetadata]) -> None:
        """Tells every part which functions the app has."""
        functions = list(functions)
        orchestrators = by_durable_name(functions, "orchestrationTrigger", "orchestration")
        activities = by_durable_name(functions, "activityTrigger", "activity")
        entities = by_durable_name(functions, "entityTrigger", "entityName")
        self.engine.orchestrators = self.scheduler.orchestrators = orchestrators
        self.activities.activities = self.scheduler.activities = activities
        self.entities.entities = self.scheduler.entities = {n.lower(): f for n, f in entities.items()}

    async def recover(self) -> None:
        """Takes up what the last process left: undelivered messages, timers, activities without a result."""
        inbox = self._store.rows("SELECT seq,instance_id,execution_id,due,event FROM inbox ORDER BY seq")
        for seq, instance_id, execution_id, due, text in inbox:
            message = OrchestratorMessage(
                int(str(seq)), None if execution_id is None else str(execution_id), from_text(str(text)[1:])
            )
            self.orchestrations.deliver(str(instance_id), message, float(str(due)))
        mail = self._store.rows("SELECT seq,entity_id,due,message FROM entity_inbox ORDER BY seq")
        for seq, entity_id, due, text in mail:
            self.entity_mail.deliver(
                str(entity_id), EntityMessage(int(str(seq)), json.loads(str(text))), float(str(due))
            )
        work = self._store.rows(
            "SELECT seq,instance_id,execution_id,task_id,name,input FROM work ORDER BY seq"
        )
        for row in work:
            self.activities.dispatch(WorkItem.from_row(row))
        if inbox or mail or work:
            log.info(
                "recovered %d messages and timers, %d entity messages, %d activities",
                len(inbox),
                len(mail),
                len(work),
            )

    async def stop(self) -> None:
        self.due.stop()
        await self.engine.stop()
        await self.entities.stop()
        await self.activities.stop()
