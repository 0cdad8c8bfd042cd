"""Runs that have ended, kept in this process: they never change again, so nobody has to be asked for them."""

from dataclasses import dataclass, field
from threading import Lock

from shared.domain.run import Run

MOST_RUNS = 2000  # some 10 KiB each


@dataclass
class EndedRuns:
    """The runs that were asked for last, by id. A run that goes on is never kept."""

    most: int = MOST_RUNS
    _runs: dict[str, Run] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock)

    def get(self, run_id: str) -> Run | None:
        with self._lock:
            run = self._runs.pop(run_id, None)
            if run is not None:
                self._runs[run_id] = run
            return run

    def keep(self, run: Run) -> Run:
        """The run itself, remembered if it has ended."""
        if run.ended:
            with self._lock:
                self._runs.pop(run.id, None)
                self._runs[run.id] = run
                if len(self._runs) > self.most:
                    self._runs.pop(next(iter(self._runs)))
        return run
