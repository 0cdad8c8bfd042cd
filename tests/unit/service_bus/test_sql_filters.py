"""SQL filters: values, three-valued logic, LIKE and IN, and errors that name their place."""

import pytest

from local.service_bus.content import Content
from local.service_bus.errors import BusError
from local.service_bus.filters.message_view import MessageView
from local.service_bus.filters.rules import SqlFilter
from local.service_bus.filters.sql_action import apply, parse_action
from local.service_bus.sections import decode_map, encode_application_properties

PROPERTIES = {"kind": "build", "size": 12, "rate": 0.5, "on": True, "note": "100% done", "it's": "x"}
CONTENT = Content(b"", b"", encode_application_properties(dict(PROPERTIES)), b"")


@pytest.mark.parametrize(
    "expression",
    [
        "kind = 'build'",
        "KIND = 'build'",
        "user.kind = 'build' AND size > 11",
        "size + 1 = 13 AND size * 2 >= 24 AND size / 5 = 2 AND size % 5 = 2 AND -size < 0",
        "rate < 1 AND rate > .1",
        "on = TRUE",
        "NOT (kind = 'other')",
        "kind <> 'other' AND kind != 'other'",
        "kind IN ('a', 'build') AND kind NOT IN ('a')",
        "kind LIKE 'b%d' AND kind LIKE 'b_ild' AND kind NOT LIKE 'x%'",
        "note LIKE '100!% %' ESCAPE '!'",
        "missing IS NULL AND kind IS NOT NULL",
        "EXISTS(kind) AND NOT EXISTS(missing)",
        "missing = 1 OR kind = 'build'",
        "[kind] = 'build' AND \"kind\" = 'build' AND [it's] = 'x'",
        "property(kind) = 'build' AND p(size) = 12",
        "newid() <> ''",
        "1=1",
    ],
)
def test_lets_through(expression: str) -> None:
    assert SqlFilter(expression).matches(MessageView(CONTENT))


@pytest.mark.parametrize(
    "expression",
    [
        "kind = 'BUILD'",
        "missing = 1",
        "NOT (missing = 1)",  # not unknown is unknown
        "missing <> 1",
        "missing IN (1, 2)",
        "missing NOT IN (1, 2)",
        "kind > 3",
        "kind = 'build' AND missing = 1",
        "size / 0 = 1",
        "kind",
        "sys.MessageId = 'm'",
    ],
)
def test_keeps_out(expression: str) -> None:
    assert not SqlFilter(expression).matches(MessageView(CONTENT))


def test_parameters() -> None:
    assert SqlFilter("size = @n", {"@n": 12}).matches(MessageView(CONTENT))


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("kind =", "found the end"),
        ("kind = 'x' extra", "'extra' at position 12"),
        ("kind ? 1", "position 6"),
        ("other.kind = 1", "neither sys nor user"),
        ("sys.Nothing = 1", "'Nothing' is not implemented"),
        ("size = @n", "'@n' has no value"),
        ("(kind = 1", "expected ')'"),
        ("kind NOT 1", "expected IN or LIKE"),
        ("x" * 1025, "longer than 1024"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(expression: str, problem: str) -> None:
    with pytest.raises(BusError) as refused:
        _ = SqlFilter(expression).condition
    assert problem in refused.value.description


def test_actions_change_the_copy() -> None:
    changed = apply(parse_action("SET total = size + 1; SET kind = 'a;b'; REMOVE RATE"), CONTENT)
    properties = {str(name): value for name, value in decode_map(changed.application_properties).items()}
    assert (properties["total"], properties["kind"], "rate" in properties) == (13, "a;b", False)
    for wrong in ("DROP x", "SET sys.To = 'x'", "", "SET x"):
        with pytest.raises(BusError):
            parse_action(wrong)
