"""What the query and headers of a request may say."""

from datetime import UTC, datetime

import pytest

from shared.api.arm import Refusal, skip_token
from shared.api.byte_range import ByteRange, read_range
from shared.api.image_query import read_image_query
from shared.api.run_query import read_follow_query, read_list_query
from shared.catalog.images import is_place
from shared.catalog.run_rows import is_row_key, row_key
from shared.domain.problems import InvalidTemplateError
from shared.domain.run import RunState
from shared.template.parameters import fill

RUN = "web-20261121T120000-abcdef"


def test_a_list_query_is_read() -> None:
    query = {"state": "Failed, Canceled", "since": "2026-11-21T13:00:00 01:00", "limit": "7"}
    read = read_list_query({**query, "continuationToken": skip_token(row_key(RUN))})
    assert read.wanted.states == (RunState.FAILED, RunState.CANCELED)
    assert read.wanted.since == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert (read.limit, read.after) == (7, row_key(RUN))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "²"),
        ("limit", "1001"),
        ("limit", "9" * 5000),
        ("state", "Failed,"),
        ("since", "0001-01-01T00:00:00+23:00"),
        ("continuationToken", skip_token("x").replace("=", "")[:-1]),
        ("continuationToken", "W1s" * 2000),
        ("template", "/subscriptions/s"),
    ],
)
def test_a_fault_is_told_with_its_name(name: str, value: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_list_query({name: value})
    assert [problem.path for problem in caught.value.problems] == [name]


@pytest.mark.parametrize("key", ["", "x", f"{row_key(RUN)}x", f"0000000000-{RUN}", f"{row_key(RUN)}\n"])
def test_only_keys_of_runs_go_on(key: str) -> None:
    assert is_row_key(row_key(RUN))
    assert not is_row_key(key)


def test_etags_are_compared_weakly() -> None:
    assert read_follow_query({"after": '"c"'}, 'W/"a", "b"').known == {"a", "b", "c"}
    with pytest.raises(Refusal):
        read_follow_query({"waitSeconds": "61"}, "")


def test_ranges() -> None:
    assert read_range("bytes=3-") == ByteRange(3)
    assert read_range("bytes=3-9") == ByteRange(3, 9)
    assert [read_range(text) for text in ("", "bytes=-5", "bytes=9-3", "bytes=0-1,4-5", "lines=1-")] == [
        None
    ] * 5


def test_parameters_fill_a_template() -> None:
    document: dict[str, object] = {"tags": {"a": "<one>"}, "inline": ["<one> <h1>"]}
    assert fill(document, {}) is document
    assert fill(document, {"one": 'a "b"\n'}) == {"tags": {"a": 'a "b"\n'}, "inline": ['a "b"\n <h1>']}
    with pytest.raises(InvalidTemplateError) as caught:
        fill({"tags": {"a": "<one> <two>"}}, {"one": "1", "three": "3"})
    assert [problem.path for problem in caught.value.problems] == ["parameters.three", "tags.a"]


def test_pages_of_images() -> None:
    read = read_image_query({"limit": "20", "definition": "/d", "continuationToken": skip_token("a/1.0.0")})
    assert (read.limit, read.definition, read.after, read.stale) == (20, "/d", "a/1.0.0", False)
    assert read_image_query({"stale": "True"}).limit == 1000
    with pytest.raises(Refusal) as caught:
        read_image_query({"limit": "1001", "continuationToken": "x"})
    assert [problem.path for problem in caught.value.problems] == ["limit", "continuationToken"]


@pytest.mark.parametrize("place", ["", "x", "a/b/c", "a\x01/b", "a#/b"])
def test_a_place_in_the_list_of_images_is_one_of_the_tables(place: str) -> None:
    assert is_place("a|b/1.0.0")
    assert not is_place(place)
