"""The typed check of request bodies."""

from __future__ import annotations

import pytest

from local.cloud.errors import ArmError
from local.cloud.schema import (
    Flag,
    ListOf,
    MapOf,
    Number,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    parse_body,
)

BODY = Record(
    {
        "name": ReadOnly(),
        "kind": Required(Text(one_of=("Linux", "Windows"))),
        "size": Number(minimum=1, maximum=9),
        "on": Flag(),
        "tags": MapOf(Text()),
        "disks": ListOf(Record({"lun": Required(Number())})),
        "host": Unsupported(),
    }
)


def test_what_is_kept() -> None:
    given = {
        "name": "n",
        "kind": "LINUX",
        "size": None,
        "on": True,
        "tags": {"a": "b"},
        "disks": [{"lun": 0}],
    }
    assert parse_body(BODY, given) == {"kind": "Linux", "on": True, "tags": {"a": "b"}, "disks": [{"lun": 0}]}


def test_all_problems_are_told_with_their_paths() -> None:
    with pytest.raises(ArmError) as raised:
        parse_body(BODY, {"size": 10, "on": "yes", "tags": {"a": 1}, "disks": [{}], "typo": 1})
    assert raised.value.status == 400
    paths = [detail["target"] for detail in raised.value.details]
    assert paths == ["size", "on", "tags.a", "disks[0].lun", "typo", "kind"]


def test_fields_without_effect_here_are_not_ignored() -> None:
    with pytest.raises(ArmError) as raised:
        parse_body(BODY, {"kind": "Linux", "host": {"id": "h"}})
    assert raised.value.status == 501
    assert "'host'" in raised.value.message


@pytest.mark.parametrize("value", [True, "1", 1.5])
def test_numbers_are_integers(value: object) -> None:
    with pytest.raises(ArmError, match="size"):
        parse_body(BODY, {"kind": "Linux", "size": value})
