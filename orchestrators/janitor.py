"""Removes what runs left behind that are over; converges however often and whenever it is run."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.janitor import (
    AbandonRequest,
    Leftover,
    Leftovers,
    RemovalRequest,
    SweepCall,
    SweepReport,
    SweepRequest,
    Tidied,
)

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

AT_ONCE = 50  # removals side by side


def janitor(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns a `SweepReport`. What fails is told and stays for the next sweep."""
    request = from_json(SweepRequest, context.get_input())
    report = SweepReport()
    for lost in request.lost:
        abandon = to_json(AbandonRequest(lost, request.poll, request.limits))
        failure = yield context.call_sub_orchestrator("abandon_run", abandon)
        if failure:
            report = replace(report, failed=(*report.failed, f"{lost.run_id}: {failure}"))
        else:
            report = replace(report, abandoned=(*report.abandoned, lost.run_id))
    now = SweepCall(context.current_utc_datetime.isoformat())
    try:
        for look in ("find_leftovers", "find_stale_layers"):
            leftovers = yield from call(context, look, now, Leftovers)
            for batch in _batches(leftovers.found):
                report = yield from _remove(context, request, batch, report)
        report = replace(report, tidied=(yield from call(context, "tidy_catalog", now, Tidied)))
    except BuildFailed as failed:
        report = replace(report, failed=(*report.failed, f"sweep: {failed.error.message}"))
    return to_json(report)


def _batches(found: tuple[Leftover, ...]) -> Iterator[list[Leftover]]:
    """Leftovers of one rank, at most so many, those that use others before those that are used."""
    for _, same in groupby(found, key=lambda leftover: leftover.rank):
        while batch := list(islice(same, AT_ONCE)):
            yield batch


def _remove(
    context: "DurableOrchestrationContext", request: SweepRequest, batch: list[Leftover], report: SweepReport
) -> Generator[Any, Any, SweepReport]:
    """All of the batch side by side."""
    inputs = [to_json(RemovalRequest(leftover, request.poll)) for leftover in batch]
    failures = yield context.task_all(
        [context.call_sub_orchestrator("remove_leftover", each) for each in inputs]
    )
    told = list(zip(batch, failures, strict=True))
    return replace(
        report,
        removed=(*report.removed, *(leftover.id for leftover, failure in told if not failure)),
        failed=(*report.failed, *(f"{leftover.id}: {failure}" for leftover, failure in told if failure)),
    )
