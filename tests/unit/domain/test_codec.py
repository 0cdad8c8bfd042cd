"""What is stored can be read again, by later versions too."""

from dataclasses import dataclass

import pytest

from shared.domain.build import RecordCall, Reply
from shared.domain.codec import from_json, to_compact_json, to_json
from shared.domain.errors import BuildError
from shared.domain.operations import (
    AwaitRequest,
    Expected,
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
    PollPolicy,
    RegionProgress,
)
from shared.domain.run import Stage
from shared.domain.transitions import RunEnded, StageStarted


def test_union_members_are_told_apart_by_their_kind() -> None:
    for event in (RunEnded("t"), StageStarted(Stage.CAPTURE, "t")):
        call = RecordCall("run", (event,))
        assert from_json(RecordCall, to_json(call)) == call


def test_unknown_fields_are_dropped_and_missing_ones_take_their_default() -> None:
    assert from_json(BuildError, {"code": "A", "message": "b", "added_later": 1}) == BuildError("A", "b")


def test_free_values_pass_through() -> None:
    assert from_json(Reply, {"value": {"a": [1, None]}}).value == {"a": [1, None]}


@pytest.mark.parametrize("value", [None, [], "text", {"code": 1, "message": "b"}, {"message": "b"}])
def test_what_does_not_fit_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_json(BuildError, value)


def test_what_is_not_json_is_refused() -> None:
    @dataclass
    class Holder:
        thing: object

    with pytest.raises(TypeError, match="set is not a JSON value"):
        to_json(Holder({1}))


def test_a_compact_form_is_read_as_the_whole_one() -> None:
    error = BuildError("Code", "text")
    values = [
        Reply(),
        Reply(value=to_compact_json(OperationRef(OperationKind.ARM, "vm", "https://arm/1"))),
        OperationStatus(OperationState.FAILED, error=error),
        OperationStatus(OperationState.SUCCEEDED, regions=(RegionProgress("here", "Completed", 100),)),
        AwaitRequest(OperationRef(OperationKind.VM, "vm", expected=Expected(1.0, 0.0)), PollPolicy(0.1)),
        RecordCall("run", (RunEnded("2026-11-21T12:00:00+00:00"),)),
    ]
    for value in values:
        assert from_json(type(value), to_compact_json(value)) == value
    assert to_compact_json(Reply()) == {}
    assert to_compact_json(values[-1]) == {
        "run_id": "run",
        "events": [{"at": "2026-11-21T12:00:00+00:00", "kind": "runEnded"}],
    }
