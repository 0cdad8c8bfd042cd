"""Placeholders of template files."""

import json

from hypothesis import given
from hypothesis import strategies as st

from shared.template.placeholders import placeholder_names, substitute, unresolved_placeholders


def test_values_take_the_places_of_their_names() -> None:
    text = '{"location": "<region>", "id": "/subscriptions/<subscriptionID>/<region>", "n": <size>}'
    values = {"region": "westeurope", "subscriptionID": "s", "size": "30", "unused": "x"}
    assert json.loads(substitute(text, values)) == {
        "location": "westeurope",
        "id": "/subscriptions/s/westeurope",
        "n": 30,
    }
    assert placeholder_names(text) == {"region", "subscriptionID", "size"}


@given(st.text())
def test_a_value_cannot_leave_its_string(value: str) -> None:
    assert json.loads(substitute('{"a": "<x>"}', {"x": value})) == {"a": value}


def test_a_value_is_not_substituted_again() -> None:
    assert substitute("<a><b>", {"a": "<b>", "b": "c"}) == "<b>c"


def test_what_has_no_value_is_named_with_its_place() -> None:
    document = {"location": "<region>", "properties": {"x": ["<a>/<b>/<a>", "fine"]}}
    problems = unresolved_placeholders(document)
    assert [(p.path, p.message) for p in problems] == [
        ("location", "the placeholder <region> has no value"),
        ("properties.x[0]", "the placeholder <a>, <b> has no value"),
    ]


def test_scripts_may_hold_angle_brackets() -> None:
    assert unresolved_placeholders({"customize": [{"inline": ["echo '<h1>' > x", "cat <in>out"]}]}) == ()
