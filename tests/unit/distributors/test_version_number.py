"""Which version number comes next."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.distributors.version_number import (
    MAX_PART,
    ImageVersion,
    next_version,
    version_number,
    version_or_latest,
)
from shared.domain.template import Versioning

# The worked example of AIB's template reference, distribute: versioning.
PUBLISHED = ["0.1.1", "0.1.2", "1.0.0", "1.0.1", "1.1.0", "1.1.1", "1.2.0", "2.0.0", "2.0.1", "2.1.0"]

versions = st.builds(ImageVersion, *[st.integers(0, 1000)] * 3).map(str)
published = st.lists(versions, unique=True)


@pytest.mark.parametrize(("major", "expected"), [(-1, "2.1.1"), (2, "2.1.1"), (1, "1.2.1"), (0, "0.1.3")])
def test_latest_as_aib_documents_it(major: int, expected: str) -> None:
    assert next_version(Versioning("Latest", major), PUBLISHED, "9.9.9") == expected


def test_latest_begins_at_the_major_version() -> None:
    assert next_version(Versioning("Latest", -1), [], "9.9.9") == "0.0.1"
    assert next_version(Versioning("Latest", 4), PUBLISHED, "9.9.9") == "4.0.1"


def test_numbers_are_compared_as_numbers() -> None:
    assert next_version(Versioning(), ["0.9.0", "0.10.0"], "1.0.0") == "0.10.1"


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ([], "12.0.7"),
        (["12.0.6", "99.0.0"], "12.0.7"),
        (["12.0.7"], "12.0.8"),
        (["12.0.7", "12.0.9", "12.1.0"], "12.0.10"),
    ],
)
def test_source_takes_the_sources_number_while_it_is_free(existing: list[str], expected: str) -> None:
    assert next_version(Versioning("Source"), existing, "12.0.7") == expected


@given(published, st.integers(-1, 1000), versions)
def test_latest_is_free_and_the_highest_of_its_major(existing: list[str], major: int, source: str) -> None:
    made = ImageVersion.parse(next_version(Versioning("Latest", major), existing, source))
    assert str(made) not in existing
    assert major in (-1, made.major)
    rivals = [ImageVersion.parse(text) for text in existing]
    assert all(made > rival for rival in rivals if major in (-1, rival.major))


@given(published, versions)
def test_source_is_free_and_keeps_major_and_minor(existing: list[str], source: str) -> None:
    made = ImageVersion.parse(next_version(Versioning("Source"), existing, source))
    wanted = ImageVersion.parse(source)
    assert str(made) not in existing
    assert (made.major, made.minor) == (wanted.major, wanted.minor)
    assert made >= wanted


@given(st.text(max_size=20))
def test_what_is_no_version_is_refused(text: str) -> None:
    assume(text.count(".") != 2)
    assert version_number(text) is not None
    with pytest.raises(ValueError, match="not a version number"):
        ImageVersion.parse(text)


def test_the_largest_number_is_azures() -> None:
    assert version_number(f"1.2.{MAX_PART}") is None
    assert version_number(f"1.2.{MAX_PART + 1}") is not None
    assert version_number("1.2.3" + "0" * 5000) is not None
    assert version_number("1.2.٣") is not None
    with pytest.raises(ValueError, match="no version number is left"):
        next_version(Versioning(), [f"1.2.{MAX_PART}"], "1.0.0")


def test_latest_has_one_spelling() -> None:
    assert version_or_latest("latest") is None
    assert version_or_latest("1.0.0") is None
    assert version_or_latest("Latest") == 'did you mean "latest"?'
    assert version_or_latest("newest") == "must be a version number x.y.z or latest"
