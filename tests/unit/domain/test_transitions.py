"""Whatever happens to a run, in whatever order, it stays a run that makes sense."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError
from shared.domain.operations import RegionProgress
from shared.domain.run import ENDED, Output, Progress, Run, RunState, Stage, StepRecord
from shared.domain.transitions import (
    CancelRequested,
    Event,
    Noted,
    OutputChanged,
    Planned,
    RunEnded,
    StageStarted,
    StepEnded,
    StepStarted,
    apply,
)

RUN = Run("web-20261121T120000-abcdef", "/subscriptions/s/…/web", "westeurope")
PLANNED = Planned(
    "Debian:debian-12:12-gen2:0.1.2",
    (StepRecord(0, "Shell", "a"), StepRecord(1, "File", "b")),
    (Output("gallery", "SharedImage"), Output("disk", "VHD")),
)
TIMES = st.integers(0, 59).map(lambda second: f"2026-11-21T12:00:{second:02d}+00:00")
ERRORS = st.none() | st.sampled_from([BuildError("Broken", "it broke"), BuildError("Canceled", "by you")])
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Noted, st.sampled_from(["waits", "approved"])),
    st.just(PLANNED),
    st.builds(StageStarted, st.sampled_from(Stage), TIMES, st.booleans()),
    st.builds(StepStarted, st.integers(0, 3), TIMES),
    st.builds(StepEnded, st.integers(0, 3), TIMES, st.booleans(), st.none() | st.integers(0, 255)),
    st.builds(
        OutputChanged,
        st.builds(
            Output,
            st.sampled_from(["gallery", "disk", "other"]),
            st.just("VHD"),
            st.sampled_from(Progress),
            regions=st.just((RegionProgress("westeurope", "Completed", 100),)),
        ),
    ),
    st.builds(CancelRequested, TIMES),
    st.builds(RunEnded, TIMES, ERRORS),
)


@given(st.lists(EVENTS, max_size=20))
def test_any_history_keeps_the_invariants(history: list[Event]) -> None:
    run = RUN
    for event in history:
        before, run = run, apply(run, event)
        if before.ended:
            assert run == before
        assert apply(run, event) == run, "applying an event twice is applying it once"
        assert sum(record.state is Progress.RUNNING for record in run.stages) <= 1
        assert from_json(Run, to_json(run)) == run
        if run.state in ENDED:
            assert run.ended_at
            assert run.stage is None
            assert all(s.state not in (Progress.RUNNING, Progress.PENDING) for s in run.stages)


def test_success_needs_no_error_and_partial_success_a_published_output() -> None:
    planned = apply(RUN, PLANNED)
    assert apply(planned, RunEnded("t")).state is RunState.SUCCEEDED
    error = BuildError("GalleryVersionFailed", "no room")
    assert apply(planned, RunEnded("t", error)).state is RunState.FAILED
    published = apply(planned, OutputChanged(Output("disk", "VHD", Progress.SUCCEEDED)))
    assert apply(published, RunEnded("t", error)).state is RunState.PARTIALLY_SUCCEEDED


def test_a_run_that_was_asked_to_stop_ends_canceled() -> None:
    stopping = apply(RUN, CancelRequested("t"))
    assert stopping.state is RunState.CANCELING
    assert apply(stopping, RunEnded("t", BuildError("Canceled", "…"))).state is RunState.CANCELED


def test_a_stage_ends_when_the_next_begins() -> None:
    run = apply(apply(RUN, StageStarted(Stage.STAGE, "1")), StageStarted(Stage.CLEANUP, "2", failed=True))
    by_name = {record.name: record for record in run.stages}
    assert (by_name[Stage.STAGE].state, by_name[Stage.STAGE].ended_at) == (Progress.FAILED, "2")
    assert by_name[Stage.CLEANUP].state is Progress.RUNNING
    ended = apply(run, RunEnded("3", BuildError("Broken", "…")))
    states = {record.name: record.state for record in ended.stages}
    assert states[Stage.PROVISION] is Progress.SKIPPED
    assert states[Stage.CLEANUP] is Progress.SUCCEEDED
