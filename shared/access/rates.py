"""How many requests one caller may make: a bucket of tokens for each, in this process's memory.

With several instances of the app a caller has as many buckets: this bounds loops that ran wild, no more.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

MOST_CALLERS = 10_000


@dataclass
class Bucket:
    tokens: float
    filled_at: float


@dataclass
class RateLimit:
    """`per_second` on average, `burst` at once."""

    per_second: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait_for(self, caller: str) -> float:
        """Takes one request; 0, or the seconds until the next is allowed."""
        with self._lock:
            now = self.clock()
            bucket = self._buckets.pop(caller, None) or Bucket(self.burst, now)
            filled = min(self.burst, bucket.tokens + (now - bucket.filled_at) * self.per_second)
            allowed = filled >= 1
            self._buckets[caller] = Bucket(filled - allowed, now)
            if len(self._buckets) > MOST_CALLERS:  # the one that has been silent longest
                self._buckets.pop(next(iter(self._buckets)))
            return 0.0 if allowed else (1 - filled) / self.per_second
