"""Who is still at work on a template; what was lost is ended, so that nothing hangs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import BuildError
from shared.domain.names import new_run_id
from shared.domain.run import Output, Progress, Run, RunState
from shared.domain.template_operation import OperationState, TemplateOperation
from shared.domain.template_record import ProvisioningState
from shared.image_templates.progress import active_run, find, published, settle
from shared.starting import utc_now
from tests.unit.image_templates.samples import ADDRESS, OPERATION, TaskHub, kiln, record

LONG_AGO = utc_now() - timedelta(hours=1)
OLD_RUN = new_run_id("web", LONG_AGO, "old")
NEW_RUN = new_run_id("web", utc_now(), "new")


def operation(**changes: object) -> TemplateOperation:
    return replace(
        TemplateOperation(OPERATION, ADDRESS, "westeurope", LONG_AGO.isoformat()),
        **changes,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("ended", "state"),
    [({OPERATION: False}, ProvisioningState.CREATING), ({OPERATION: True}, ProvisioningState.FAILED)],
)
def test_a_create_goes_on_while_its_orchestration_does(ended: dict[str, bool], state: str) -> None:
    home = kiln(record(state=ProvisioningState.CREATING), operations=(operation(),))
    stored = find(home, TaskHub(ended), ADDRESS)
    assert stored
    assert stored.record.state == state


def test_a_create_that_was_never_started_fails_after_a_while() -> None:
    creating = record(state=ProvisioningState.CREATING)
    young = operation(started_at=utc_now().isoformat())
    assert settle(kiln(creating, operations=(young,)), TaskHub(), young) == young
    home = kiln(creating, operations=(operation(),))
    ended = settle(home, TaskHub(), operation())
    assert (ended.state, ended.error and ended.error.code) == (OperationState.FAILED, "OrchestrationFailed")
    assert home.templates.record.state is ProvisioningState.FAILED
    assert home.operations.get(OPERATION) == ended


def test_an_older_operation_does_not_touch_the_template() -> None:
    home = kiln(record(state=ProvisioningState.UPDATING, operation="newer"), operations=(operation(),))
    assert settle(home, TaskHub(), operation()).state is OperationState.FAILED
    assert home.templates.record.state is ProvisioningState.UPDATING


@pytest.mark.parametrize(
    ("state", "cancels", "seen"),
    [
        (RunState.SUCCEEDED, False, OperationState.SUCCEEDED),
        (RunState.CANCELED, False, OperationState.CANCELED),
        (RunState.CANCELED, True, OperationState.SUCCEEDED),
        (RunState.FAILED, False, OperationState.FAILED),
        (RunState.PARTIALLY_SUCCEEDED, False, OperationState.FAILED),
        (RunState.FAILED, True, OperationState.SUCCEEDED),
    ],
)
def test_a_runs_operation_is_what_became_of_the_run(
    state: RunState, cancels: bool, seen: OperationState
) -> None:
    error = None if state is RunState.SUCCEEDED else BuildError("CustomizerFailed", "it broke")
    run = Run(OLD_RUN, ADDRESS.id, "westeurope", state, ended_at="2026-11-21T12:00:00+00:00", error=error)
    found = settle(kiln(record(), run), TaskHub(), operation(run=OLD_RUN, cancels=cancels))
    assert (found.state, found.ended_at) == (seen, run.ended_at)
    assert found.error == (None if cancels else error)


def test_a_run_without_an_orchestration_is_ended() -> None:
    lost = Run(OLD_RUN, ADDRESS.id, "westeurope", RunState.RUNNING)
    home = kiln(record(last_run=OLD_RUN), lost)
    assert active_run(home, TaskHub(), record(last_run=OLD_RUN)) is None
    ended = home.runs.get(OLD_RUN)
    assert (ended.state, ended.error.code) == (RunState.FAILED, "OrchestrationFailed")


def test_a_run_that_is_being_started_is_active() -> None:
    started_now = record(last_run=new_run_id("web", utc_now(), "now"))
    active = active_run(kiln(record()), TaskHub(), started_now)
    assert active
    assert active.state is RunState.QUEUED
    assert active_run(kiln(record()), TaskHub(), record(last_run=OLD_RUN)) is None
    assert active_run(kiln(record()), TaskHub({OLD_RUN: False}), record(last_run=OLD_RUN))
    assert active_run(kiln(record()), TaskHub(), record()) is None


def test_outputs_are_the_newest_that_were_published() -> None:
    outputs = (Output("a", "VHD", Progress.SUCCEEDED), Output("b", "VHD", Progress.FAILED))
    last = Run(NEW_RUN, ADDRESS.id, "westeurope", RunState.PARTIALLY_SUCCEEDED, outputs=outputs)
    before = record(last_run=NEW_RUN, outputs={"a": OLD_RUN, "b": OLD_RUN})
    assert published(kiln(before, last), before) == {"a": NEW_RUN, "b": OLD_RUN}
