"""Which versions of orchestrations an app may run."""

import pytest

from local.functions_host.versions import MatchStrategy, Versions, compare


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1.0", "1.0", 0),
        ("1.9", "1.10", -1),
        ("2.0", "1.10.3.4", 1),
        ("1.0", "1.0.0", -1),  # System.Version: a part that is not there is older than 0
        ("", "0.1", -1),
        ("Beta", "beta", 0),
        ("beta", "1.0", 1),
        ("10", "9", -1),  # one number is no System.Version
    ],
)
def test_order_of_versions(left: str, right: str, expected: int) -> None:
    assert compare(left, right) == expected


@pytest.mark.parametrize(
    ("match", "runs"),
    [
        (MatchStrategy.NONE, [None, "1.0", "2.0", "3.0"]),
        (MatchStrategy.STRICT, ["2.0"]),
        (MatchStrategy.CURRENT_OR_OLDER, [None, "1.0", "2.0"]),
    ],
)
def test_what_an_app_of_version_two_runs(match: MatchStrategy, runs: list[str | None]) -> None:
    versions = Versions("2.0", match)
    assert [v for v in (None, "1.0", "2.0", "3.0") if versions.mismatch(v) is None] == runs


def test_an_app_without_a_version_runs_all() -> None:
    assert Versions(None, MatchStrategy.STRICT).mismatch("7") is None
