"""When to look at a long-running operation again: pure arithmetic, in seconds.

Three rules. The service's Retry-After is a lower bound, always. Where nothing is known, the pause grows with
the time that the operation has taken, so that what is lost at its end is a share of that time. Where earlier
operations of the same kind are known, few looks are made before they would have ended, and close ones when
this one is due.

**What Retry-After means in Azure.** "How long the client should wait before polling the operation status"
(TypeSpec for ARM, rule `retry-after`): a fixed number of each provider, 10 or 15 s mostly, that does not know
how much is left. Polling at just that pace loses half of it on average with each operation. A pause may be
longer, though, so the look that matters is put at the moment of the expected end, and the ones before it
where they do not push it back.
"""

from dataclasses import dataclass

from shared.domain.operations import READS_A_VM, Expected, OperationRef, PollPolicy

AT_ONCE_SECONDS = 0.02  # a shorter pause costs more than it spares
CLOSE_LOOKS = 8  # between the earliest and the latest expected end
CLOSEST_SECONDS = 0.1
WIDTH = 2.0  # mean deviations on either side of the mean: nearly all of what was seen
# Looks before the expected end begin at this share of the time and double: an operation that ends much sooner
# than ever, as the first one had to make what this one finds, is seen when it has taken twice its own time.
EARLY_SHARE, EARLY_SHARE_OF_READS = 64, 4
# Of a VM's 36 reads at once each script gets a few, and besides what Azure grants while it runs.
QUICK_READS = 6
READ_PACE = 5  # times the policy's first pause


@dataclass(frozen=True)
class Look:
    """The last look at an operation: seconds since its beginning, looks so far, and the service's wish."""

    elapsed: float
    polls: int
    retry_after: float = 0.0


def first_pause(policy: PollPolicy, operation: OperationRef) -> float:
    """Seconds from the start of an operation to the first look at it; 0 to look at once."""
    if operation.expected is None:
        wanted = operation.retry_after_seconds
    else:
        wanted = _until_due(policy, operation, Look(0.0, 0, operation.retry_after_seconds))
    return wanted if wanted > AT_ONCE_SECONDS else 0.0


def pause(policy: PollPolicy, operation: OperationRef, last: Look) -> float:
    """Seconds from a look that found the operation going on to the next one."""
    floor = max(last.retry_after, _read_pause(policy, last) if operation.kind in READS_A_VM else 0.0)
    look = Look(last.elapsed, last.polls, floor)
    if operation.expected is None:
        return max(floor, _share(policy, look))
    if look.elapsed < _due(operation.expected, floor):
        return _until_due(policy, operation, look)
    return _when_due(policy, operation.expected, look)


def _read_pause(policy: PollPolicy, last: Look) -> float:
    """The least pause between reads of a VM: none while there are reads left of those granted so far."""
    pace = READ_PACE * policy.first_seconds
    return pace if last.polls >= QUICK_READS + last.elapsed / pace else 0.0


def _share(policy: PollPolicy, last: Look) -> float:
    return max(policy.first_seconds, min(policy.share * last.elapsed, policy.longest_seconds))


def _due(expected: Expected, floor: float) -> float:
    """When the first look that matters is made: at the earliest end, or so much later that one of those that
    the service allows falls on the latest.
    """
    low, high = _window(expected)
    close = (high - low) / CLOSE_LOOKS
    return high - floor * int((high - low) / floor) if floor > close else low


def _until_due(policy: PollPolicy, operation: OperationRef, last: Look) -> float:
    """To the moment at which the operation is due, with ever rarer looks before it."""
    assert operation.expected  # noqa: S101 - both callers have looked
    due = _due(operation.expected, last.retry_after)
    left = due - last.elapsed
    share = EARLY_SHARE_OF_READS if operation.kind in READS_A_VM else EARLY_SHARE
    early = max(last.retry_after, policy.first_seconds, due / share, last.elapsed)
    put_off = early + max(last.retry_after, policy.first_seconds) > left
    return max(last.retry_after, left if put_off else early)


def _when_due(policy: PollPolicy, expected: Expected, last: Look) -> float:
    """Close looks while it is due, and ever wider ones when it is late, never wider than a share."""
    low, high = _window(expected)
    close = max((high - low) / CLOSE_LOOKS, min(CLOSEST_SECONDS, policy.first_seconds))
    late = max(0.0, last.elapsed - high)
    return max(last.retry_after, min(close + late / 2, _share(policy, last)))


def _window(expected: Expected) -> tuple[float, float]:
    margin = WIDTH * expected.deviation
    return max(0.0, expected.seconds - margin), expected.seconds + margin
