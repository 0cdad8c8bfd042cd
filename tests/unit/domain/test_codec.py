"""What is stored can be read again, by later versions too."""

from dataclasses import dataclass

import pytest

from shared.domain.build import RecordCall, Reply
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError
from shared.domain.run import Stage
from shared.domain.transitions import RunEnded, StageStarted


def test_union_members_are_told_apart_by_their_kind() -> None:
    for event in (RunEnded("t"), StageStarted(Stage.CAPTURE, "t")):
        call = RecordCall("run", event)
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
