"""Timer triggers: fire on schedule, remember it across restarts, and say when a run is past due."""

import json
import logging
import time
from collections.abc import Mapping
from datetime import UTC
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import typed_data
from .errors import FunctionFailedError, FunctionTimeoutError, LoadError, WorkerLostError
from .function_retry import invoke_with_retries
from .functions import FunctionMetadata
from .history import iso
from .invoker import Invoker
from .ncrontab import Schedule
from .store import Store, UnitOfWork
from .tasks import Tasks
from .timers import DueQueue

log = logging.getLogger("Host.Timers")
# A schedule that fires more often than this is not monitored in Azure either.
_SHORTEST_MONITORED_SECONDS = 60.0


class TimerTrigger:
    """One function with a timer trigger."""

    def __init__(
        self,
        function: FunctionMetadata,
        invoker: Invoker,
        store: Store,
        settings: Mapping[str, str],
        due: DueQueue,
    ) -> None:
        self._due = due
        self._function = function
        self._invoker = invoker
        self._store = store
        self._schedule = _schedule(function, settings)
        self._run_on_startup = function.trigger.get("runOnStartup") is True
        now = time.time()
        first = self._schedule.next(now)
        is_rare = self._schedule.next(first) - first >= _SHORTEST_MONITORED_SECONDS
        self._monitored = function.trigger.get("useMonitor") is not False and is_rare

    def start(self, tasks: Tasks) -> None:
        tasks.spawn(self._run())

    async def fire(self, past_due: bool = False) -> None:
        """Runs the function now; its failure is logged, the schedule goes on."""
        now = time.time()
        info = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {
                "Last": iso(now),
                "LastUpdated": iso(now),
                "Next": iso(self._schedule.next(now)),
            },
            "IsPastDue": past_due,
        }
        data = {self._function.input_name: typed_data.json_text(json.dumps(info))}
        try:
            await invoke_with_retries(self._invoker, self._function, data, {})
        except (FunctionFailedError, FunctionTimeoutError, WorkerLostError) as error:
            log.warning("Executed 'Functions.%s' (Failed): %s", self._function.name, error)

    async def _run(self) -> None:
        missed = self._missed()
        if self._run_on_startup or missed:
            await self.fire(past_due=missed)
        while True:
            due = self._schedule.next(time.time())
            await self._remember(due)
            await self._due.wait_until(due)
            await self.fire()

    def _missed(self) -> bool:
        """Whether a run was due while the host was down."""
        if not self._monitored:
            return False
        rows = self._store.rows("SELECT next FROM timers WHERE name=?", self._function.name)
        return bool(rows) and cast("float", rows[0][0]) < time.time()

    async def _remember(self, due: float) -> None:
        unit = UnitOfWork()
        unit.execute(
            "INSERT OR REPLACE INTO timers(name,next,updated) VALUES(?,?,?)",
            self._function.name,
            due,
            time.time(),
        )
        await self._store.commit(unit)


def _schedule(function: FunctionMetadata, settings: Mapping[str, str]) -> Schedule:
    text = str(function.trigger["schedule"])
    name = settings.get("WEBSITE_TIME_ZONE") or settings.get("TZ")
    try:
        return Schedule(text, ZoneInfo(name) if name else UTC)
    except ZoneInfoNotFoundError:
        raise LoadError(f"WEBSITE_TIME_ZONE: '{name}' is not a time zone of this machine") from None
    except ValueError as error:
        raise LoadError(f"function '{function.name}': schedule: {error}") from error
