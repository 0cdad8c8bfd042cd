"""The orchestration engine. Read it top-down: load the history, run a turn, commit.

A turn takes waiting messages in as new events, runs the orchestrator over the whole history, replays its
actions to find new work and commits events, work, messages and state as one transaction. Nothing in memory
changes before the commit, so a turn that is cut off at any point is simply run again.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import partial

from .config import DurableOptions
from .errors import FunctionTimeoutError, WorkerLostError
from .functions import FunctionMetadata
from .history import EventType
from .instances import Instance, Instances, Status
from .intake import Intake, take_in
from .logs import about
from .mailboxes import Mailboxes, OrchestratorMessage, Post
from .orchestrator_call import Answer, call_orchestrator
from .replay import NonDeterminismError, Outcome, Replay
from .scheduling import Scheduler, UnknownFunctionError, unknown_function
from .store import Store, UnitOfWork
from .tasks import Tasks
from .turn import Ending, Turn, continue_as_new, end, go_on
from .versions import FailureStrategy
from .worker_pool import WorkerPool

log = logging.getLogger("Host.Durable")
_RETRY_SECONDS = 0.2


class OrchestrationEngine:
    """Runs the turns of all instances: one at a time per instance, up to `max_orchestrators` at once."""

    def __init__(
        self,
        store: Store,
        workers: WorkerPool,
        instances: Instances,
        scheduler: Scheduler,
        options: DurableOptions,
    ) -> None:
        self._store = store
        self._workers = workers
        self._instances = instances
        self._scheduler = scheduler
        self._options = options
        self._slots = asyncio.Semaphore(options.max_orchestrators)
        self._tasks = Tasks()
        self._running: set[str] = set()
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self.mail: Mailboxes[OrchestratorMessage]
        self.post: Post
        self.orchestrators: Mapping[str, FunctionMetadata] = {}

    def wake(self, instance_id: str) -> None:
        """Something has arrived for the instance."""
        if instance_id not in self._running:
            self._running.add(instance_id)
            self._tasks.spawn(self._work_through_mail(instance_id))

    async def stop(self) -> None:
        await self._tasks.stop()

    async def wait_for_end(self, instance_id: str, seconds: float) -> None:
        """Returns when the instance has ended or the time is up."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(instance_id, []).append(future)
        await asyncio.wait([future], timeout=seconds)

    async def _work_through_mail(self, instance_id: str) -> None:
        try:
            while self.mail.waiting(instance_id):
                async with self._slots:
                    if not await self._try_turn(instance_id):
                        break
        finally:
            self._running.discard(instance_id)

    async def _try_turn(self, instance_id: str) -> bool:
        """Whether the turn took anything in. One that is cut off is tried again."""
        try:
            return await self._run_turn(instance_id)
        except (WorkerLostError, FunctionTimeoutError) as error:
            log.warning("turn of %s is run again: %s", instance_id, error, extra=about(instance_id))
        except Exception:
            log.exception(
                "turn of %s failed inside the host and is run again", instance_id, extra=about(instance_id)
            )
            self._instances.forget(instance_id)
            await asyncio.sleep(_RETRY_SECONDS)
        return True

    async def _run_turn(self, instance_id: str) -> bool:
        now = time.time()
        instance = self._instances.load(instance_id)
        mismatch = self._version_mismatch(instance)
        if mismatch and self._options.versions.failure is FailureStrategy.REJECT:
            log.warning(
                "instance %s is left for another version of the app: %s",
                instance_id,
                mismatch,
                extra=about(instance_id),
            )
            return False
        intake = take_in(instance, self.mail.waiting(instance_id), now)
        if not intake.taken:
            return False
        unit = UnitOfWork()
        changed = None
        if instance is not None and intake.events:
            changed = await self._play(Turn(instance, now, unit, intake.status), intake)
        seqs = {message.seq for message in intake.taken}
        for seq in seqs:
            unit.execute("DELETE FROM inbox WHERE seq=?", seq)
        unit.then(partial(self.mail.remove, instance_id, seqs))
        await self._store.commit(unit)
        if changed is not None and changed.status.is_terminal:
            self._announce_end(changed)
        return True

    async def _play(self, turn: Turn, intake: Intake) -> Instance:
        turn.add(EventType.ORCHESTRATOR_STARTED)
        turn.events += intake.events
        if mismatch := self._version_mismatch(turn.instance):
            return self._fail(turn, mismatch)
        if intake.terminated:
            return end(turn, Ending(Status.TERMINATED, intake.termination), self._instances, self.post)
        if turn.status is Status.SUSPENDED:
            return go_on(turn, self._instances)
        turn.status = Status.RUNNING
        function = self.orchestrators.get(turn.instance.name)
        if function is None:
            message = unknown_function(turn.instance.name, "orchestrator", self.orchestrators)
            return self._fail(turn, message)
        answer = await call_orchestrator(
            self._workers, function, turn.instance, turn.events, self._options.http_poll_milliseconds
        )
        return self._apply(turn, intake, answer)

    def _apply(self, turn: Turn, intake: Intake, answer: Answer) -> Instance:
        """What the orchestrator asked for becomes the turn's effects."""
        name = turn.instance.name
        turn.custom_status = answer.custom_status
        if len(answer.actions) > self._options.max_actions:
            return self._fail(
                turn, f"Maximum number of orchestration actions ({self._options.max_actions}) exceeded."
            )
        try:
            outcome = Replay(answer.actions, turn.now).run([*turn.instance.history, *turn.events])
            self._scheduler.schedule(turn, outcome.new)
        except NonDeterminismError as error:
            return self._fail(turn, str(error))
        except UnknownFunctionError as error:
            return self._fail(turn, f"Orchestrator function '{name}' failed: {error}")
        if not outcome.finished:
            return go_on(turn, self._instances)
        if answer.error is not None:
            return self._fail(turn, f"Orchestrator function '{name}' failed: {answer.error}", answer.details)
        if outcome.continued is not None:
            self._keep_for_next_life(intake, outcome)
            return continue_as_new(turn, outcome.continued, self._instances, self.post)
        if answer.done:
            return end(turn, Ending(Status.COMPLETED, answer.output), self._instances, self.post)
        return go_on(turn, self._instances)

    def _version_mismatch(self, instance: Instance | None) -> str | None:
        if instance is None or instance.status.is_terminal:
            return None
        return self._options.versions.mismatch(instance.version)

    def _fail(self, turn: Turn, message: str, details: str = "") -> Instance:
        log.error(
            "instance %s of '%s' failed: %s",
            turn.instance.id,
            turn.instance.name,
            message,
            extra=about(turn.instance.id),
        )
        return end(turn, Ending(Status.FAILED, message, details), self._instances, self.post)

    def _keep_for_next_life(self, intake: Intake, outcome: Outcome) -> None:
        """External events that came after continue_as_new stay in the mailbox, where the next execution finds
        them.
        """
        kept = {event.text for event in outcome.unprocessed}
        intake.taken = [message for message in intake.taken if message.event.text not in kept]

    def _announce_end(self, instance: Instance) -> None:
        log.info(
            "instance %s of '%s' ended: %s",
            instance.id,
            instance.name,
            instance.status,
            extra=about(instance.id),
        )
        for future in self._waiters.pop(instance.id, []):
            if not future.done():
                future.set_result(None)
