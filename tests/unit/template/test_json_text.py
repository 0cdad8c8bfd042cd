"""JSON texts: their errors have a line and column, their values a place."""

import json

import pytest
from hypothesis import given

from shared.domain.problems import InvalidTemplateError
from shared.template.json_scan import MAX_DEPTH, scan_json
from shared.template.json_text import load_json
from tests.unit.template.strategies import json_values
from tests.unit.template.test_any_json import get, join, places_of


def problem_of(text: str) -> tuple[str, str]:
    with pytest.raises(InvalidTemplateError) as caught:
        load_json(text)
    [problem] = caught.value.problems
    return problem.path, problem.message


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "line 1, column 1"),
        ('{\n  "a": 1,\n}', "line 3, column 1"),
        ('{"a": 1\n "b": 2}', "line 2, column 2"),
        ('{"a": tru}', "line 1, column 7"),
        ('{"a": "x}', "line 1, column 7"),
        ("[1, 2]]", "line 1, column 7"),
        ('{"a": "tab\there"}', "line 1, column 11"),
    ],
)
def test_a_syntax_error_has_a_place(text: str, path: str) -> None:
    assert problem_of(text)[0] == path


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number_is_refused(word: str) -> None:
    assert problem_of(f"[{word}]") == ("", f"is not valid JSON: {word} is no JSON number")


def test_a_number_that_no_machine_reads_is_refused() -> None:
    assert problem_of("1" * 5000)[0] == ""


def test_endless_nesting_is_refused() -> None:
    assert problem_of("[" * 1_000_000) == ("", f"is nested more than {MAX_DEPTH} levels deep")
    assert load_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_a_name_given_twice_is_refused() -> None:
    text = '{"a": {"b": 1, "b": 2}, "c": [{"d": 1}, {"d": 1}], "a": 3}'
    with pytest.raises(InvalidTemplateError) as caught:
        load_json(text)
    assert [(p.path, p.message) for p in caught.value.problems] == [
        ("a.b", "is given twice"),
        ("a", "is given twice"),
    ]


def test_a_byte_order_mark_is_no_error() -> None:
    assert load_json('\ufeff{"a": 1}') == {"a": 1}


@given(json_values)
def test_every_place_is_found_where_it_stands(document: object) -> None:
    text = json.dumps(document, indent=1)
    offsets = scan_json(text).offsets
    for place in places_of(document):
        path = ""
        for key in place:
            path = join(path, key)
        stands = text[offsets[path] :]
        decoded, _ = json.JSONDecoder().raw_decode(stands)
        value = get(document, list(place))
        assert decoded == (place[-1] if place and isinstance(place[-1], str) else value)
