"""Problems are shown in the user's own text."""

from shared.domain.problems import InvalidTemplateError, Problem
from shared.template.annotate import annotate
from shared.template.json_text import load_json
from tests.unit.template.samples import parse

TEXT = """{
  "location": "westeurope",
  "properties": {
    "source": {"type": "PlatformImage",
      "version": "x"},
    "distribute": [
      {
        "type": "VHD"
      }
    ]
  }
}
"""


def shown(text: str) -> str:
    try:
        parse(load_json(text))
    except InvalidTemplateError as error:
        return annotate(text, error.problems)
    raise AssertionError("the text has no problem")


def test_marks_stand_on_the_faulty_lines_and_are_listed_below() -> None:
    assert shown(TEXT) == (
        """{
  "location": "westeurope",
  "properties": {
    "source": {"type": "PlatformImage",  # E1, E2, E3
      "version": "x"},                   # E4
    "distribute": [
      {                                  # E5
        "type": "VHD"
      }
    ]
  }
}

# E1: properties.source.publisher: is required (BadPIRSource)
# E2: properties.source.offer: is required (BadPIRSource)
# E3: properties.source.sku: is required (BadPIRSource)
# E4: properties.source.version: must be a version number x.y.z or latest (BadPIRSource)
# E5: properties.distribute[0].runOutputName: is required (ValidationFailed)
"""
    )


def test_a_syntax_error_is_marked_on_its_line() -> None:
    assert shown('{\n  "a": 1,\n  b: 2\n}').splitlines()[2] == "  b: 2  # E1"


def test_the_last_of_two_equal_names_is_marked() -> None:
    assert shown('{\n"a": 1,\n"a": 2}').splitlines()[:3] == ["{", '"a": 1,', '"a": 2}  # E1']


def test_what_stands_nowhere_is_marked_on_the_first_line() -> None:
    text = annotate('{\n"tags": {}\n}\n', [Problem("imageTemplateName", "is wrong")])
    assert text.splitlines()[0] == "{  # E1"


def test_other_line_ends_and_separators_move_no_mark() -> None:
    text = '{"a": "\u2028",\r\n"surprise": 1}\r\n'
    lines = annotate(text, [Problem("surprise", "is an unknown field")]).split("\n")
    assert lines[1] == '"surprise": 1}  # E1'


def test_without_problems_the_text_stays() -> None:
    assert annotate(TEXT, []) == TEXT


def test_nothing_at_all_can_be_annotated() -> None:
    assert annotate("", [Problem("", "is required")]) == "  # E1\n\n# E1: is required (ValidationFailed)\n"
