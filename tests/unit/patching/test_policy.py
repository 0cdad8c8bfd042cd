"""Policies: what a good one says, and every fault of a bad one."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.problems import InvalidTemplateError
from shared.domain.waves import HaltRule, WaveRules
from shared.patching.policy import ApprovalRule, PatchPolicy, Selection
from shared.patching.read_policy import read_policy
from shared.schedules.schedule import Schedule
from shared.schedules.window import Window

EXAMPLE = Path("examples/patch-policy.json")


def test_the_example_says_everything() -> None:
    assert read_policy(json.loads(EXAMPLE.read_text()), "monthly") == PatchPolicy(
        name="monthly",
        schedule=Schedule("Europe/Berlin", "", 3, "22:00"),
        select=Selection({"patch": "monthly", "owner": "*"}, 20, ("legacy-web",)),
        waves=WaveRules(10, 4, 60),
        halt=HaltRule(3, 0.25, 8),
        window=Window("22:00", "05:00", ("Fri", "Sat"), "Europe/Berlin"),
        approval=ApprovalRule(48, first_wave=False),
        max_failures=3,
    )


def test_a_schedule_is_enough() -> None:
    policy = read_policy({"schedule": {"cron": "0 0 3 * * *"}}, "nightly")
    assert policy == PatchPolicy("nightly", Schedule(cron="0 0 3 * * *"))


def test_every_fault_is_told_with_its_place() -> None:
    document: Any = {
        "schedule": {"zone": "Nowhere", "cron": "* *"},
        "select": {"minAgeDays": -1, "more": 1},
        "waves": {"size": 0},
        "halt": {"failedPercent": 101},
        "window": {"start": "25:00", "days": ["Someday"]},
        "approval": {"hours": 0},
        "dryRun": "yes",
    }
    with pytest.raises(InvalidTemplateError) as caught:
        read_policy(document, "bad name")
    assert {problem.path for problem in caught.value.problems} == {
        *("name", "schedule", "select.minAgeDays", "select.more", "waves.size", "halt.failedPercent"),
        *("window.start", "window.end", "window.days[0]", "approval.hours", "dryRun"),
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=6,
)
names = st.sampled_from(["schedule", "select", "waves", "halt", "window", "approval", "enabled"])
members = st.sampled_from(["zone", "cron", "at", "daysAfterPatchTuesday", "start", "end", "days", "size"])


@given(json_values | st.dictionaries(names, json_values | st.dictionaries(members, json_values)))
def test_no_document_breaks_the_reader(document: object) -> None:
    with contextlib.suppress(InvalidTemplateError):
        read_policy(document, "p")
