"""The decision table: each row is reachable, and its advice can be had."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.image_types import TABLE, Audience, Decision, Needs, Row, advise

needs = st.builds(
    Needs,
    *[st.booleans()] * 5,
    st.integers(1, 60),
    st.integers(1, 5000),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Audience),
)


@pytest.mark.parametrize("decision", Decision)
def test_the_last_row_of_every_decision_fits_always(decision: Decision) -> None:
    *others, last = [row for row in TABLE if row.decision is decision]
    assert last.when == {}
    assert all(row.when for row in others)


def test_every_row_decides_for_some_needs() -> None:
    plain = Needs(versions=False, trusted_launch=False)
    reached = set()
    for row in TABLE:
        wanted = {key: value[0] if isinstance(value, tuple) else value for key, value in row.when.items()}
        told = [advise(Needs(**{**vars(plain), **extra, **wanted})) for extra in ({}, {"versions": True})]
        assert any(row in advice.rows for advice in told), row
        reached.add(row.decision)
    assert reached == set(Decision)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(needs)
def test_what_is_advised_can_be_had(wanted: Needs) -> None:
    advice = advise(wanted)
    storage = advice.answer(Decision.STORAGE)
    if storage == "ManagedImage":
        refused = (wanted.arm64, wanted.trusted_launch, wanted.same_machine, wanted.regions > 1)
        assert not any(refused)
        assert wanted.audience is Audience.SUBSCRIPTION
    assert (storage == "SharedImage") == (advice.answer(Decision.REPLICATION) is not None)
    assert (storage == "SharedImage") == (advice.replicas > 0)
    assert advice.replicas <= 100
    if advice.answer(Decision.REPLICATION) == "Shallow":
        assert advice.replicas == 1
    assert all(row.reason for row in advice.rows)


def test_the_usual_case() -> None:
    advice = advise(Needs(vms_at_once=70, zones=True, audience=Audience.TENANT))
    assert [row.answer for row in advice.rows] == [
        "Generalized",
        "SharedImage",
        "Private",
        "the one region",
        "Full",
        "Standard_ZRS",
    ]
    assert advice.replicas == 4


def condition(row: Row) -> str:
    """A row's condition, as the page writes it."""
    parts = []
    for name, value in row.when.items():
        words = name.replace("_", " ")
        if isinstance(value, tuple):
            parts.append(f"{words}: {' or '.join(value)}")
        elif isinstance(value, bool):
            parts.append(words)
        else:
            parts.append(f"{words} ≥ {value}")
    return ", ".join(parts) or "otherwise"


def test_the_page_has_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "image-types.md").read_text()
    lines = [f"| {row.decision} | {condition(row)} | {row.answer} | {row.reason} |" for row in TABLE]
    assert [line for line in page.splitlines() if line.startswith("| ")][1:] == lines
