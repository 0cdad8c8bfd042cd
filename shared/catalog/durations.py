"""How long operations take, by kind: one small row each, a running mean and mean deviation.

An estimate, not a ledger. Every process keeps its own and writes it now and then; the last writer wins, and
what a killed process had not written is lost. A table that cannot be reached costs polls, never a build.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from threading import Lock

from azure.data.tables import TableClient

from shared.azure.errors import azure_errors
from shared.domain.errors import BuildFailed, TransientError
from shared.domain.operations import Expected

log = logging.getLogger(__name__)

PARTITION = "duration"
MOST_KINDS = 2000
MOST_DELETED = 1000
KEYS = ["PartitionKey", "RowKey"]
READ_SECONDS = 300.0  # between two readings of the table, which are one request for up to 1000 kinds
WRITE_SECONDS = 30.0  # between two writings of one kind's row
SHORTEST_SECONDS = 0.5  # operations that are done at once teach nothing worth a row
MEAN_GAIN, DEVIATION_GAIN = 0.25, 0.25  # after Jacobson, "Congestion Avoidance and Control" (1988)
_UNFIT = re.compile(r"[^\w.() -]")


@dataclass(frozen=True)
class Known:
    """One kind: its estimate, and when it was written last (seconds of the process's clock; None, never)."""

    expected: Expected
    written: float | None = None

    def after(self, seconds: float) -> "Known":
        """The estimate after one more operation."""
        old = self.expected
        error = seconds - old.seconds
        deviation = old.deviation + DEVIATION_GAIN * (abs(error) - old.deviation)
        expected = Expected(round(old.seconds + MEAN_GAIN * error, 3), round(deviation, 3))
        return replace(self, expected=expected)


@dataclass
class Durations:
    """The table of durations, as this process knows it. `now` gives seconds of a clock that runs forward."""

    table: TableClient
    now: Callable[[], float] = time.monotonic
    _known: dict[str, Known] = field(default_factory=dict)
    _read: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def expected(self, what: str) -> Expected | None:
        """How long operations of that kind have taken, None when nobody knows."""
        self._refresh()
        known = self._known.get(_key(what))
        return known.expected if known else None

    def record(self, what: str, seconds: float) -> None:
        """Takes one more operation of that kind into account."""
        if not what:
            return
        key = _key(what)
        with self._lock:
            known = self._known.get(key)
            if known is None and (seconds < SHORTEST_SECONDS or len(self._known) >= MOST_KINDS):
                return
            first = Known(Expected(round(seconds, 3), round(seconds / 8, 3)))
            now = self.now()
            changed = known.after(seconds) if known else first
            due = changed.written is None or now - changed.written >= WRITE_SECONDS
            self._known[key] = replace(changed, written=now) if due else changed
        if due:
            self._write(key, changed.expected)

    def delete_older(self, than: datetime) -> None:
        """Deletes the rows of kinds that no operation has been of since a moment, at most 1000 of them."""
        text = than.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with azure_errors("delete durations of long ago"):
            query = f"PartitionKey eq '{PARTITION}' and Timestamp lt datetime'{text}'"
            for entity in list(islice(self.table.query_entities(query, select=KEYS), MOST_DELETED)):
                self.table.delete_entity(entity)

    def _refresh(self) -> None:
        """Reads what other processes have learnt; what this one knows better stays."""
        with self._lock:
            now = self.now()
            if self._read is not None and now - self._read < READ_SECONDS:
                return
            self._read = now
        try:
            with azure_errors("read the durations"):
                rows = self.table.query_entities(f"PartitionKey eq '{PARTITION}'")
                found = {
                    str(row["RowKey"]): Known(Expected(row["seconds"], row["deviation"]))
                    for row in islice(rows, MOST_KINDS)
                }
        except (BuildFailed, TransientError) as error:
            log.warning("waits go by no history: %s", error)
            return
        with self._lock:
            self._known = {**found, **self._known}

    def _write(self, key: str, expected: Expected) -> None:
        row = {
            "PartitionKey": PARTITION,
            "RowKey": key,
            "seconds": expected.seconds,
            "deviation": expected.deviation,
        }
        try:
            with azure_errors("keep a duration"):
                self.table.upsert_entity(row)
        except (BuildFailed, TransientError) as error:
            log.warning("a duration was not kept: %s", error)


def _key(what: str) -> str:
    """What Azure Tables takes as a key; kinds are plain words and names of templates."""
    return _UNFIT.sub("-", what)[:250]
