"""A build whose template wants a human to look before its image is published."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from orchestrators.build_image import build_image
from shared.domain.approval import hours_of
from shared.domain.build import BuildRequest
from shared.domain.codec import to_json
from tests.unit.orchestrators.fake_activities import STAGED, succeeding, value
from tests.unit.orchestrators.simulation import Simulation


def build(decision: Any = None, *events: str) -> tuple[Any, Simulation]:
    activities = succeeding() | {"plan_build": lambda _: value(replace(STAGED, approval_hours=3))}
    raised = {*events, *(["approve"] if decision else [])}
    simulation = Simulation(activities, events=raised, event_data={"approve": decision})
    return simulation.run(build_image, to_json(BuildRequest("web-20261121T120000-abcdef", 60))), simulation


def notes(simulation: Simulation) -> list[str]:
    return [event["text"] for event in simulation.recorded("noted")]


@pytest.mark.parametrize("encode", [lambda data: data, json.dumps], ids=["by Durable's API", "by the SDK"])
def test_an_approved_image_is_published(encode: Any) -> None:
    error, simulation = build(encode({"approved": True, "by": "ada", "comment": "looks good"}))
    assert error is None
    assert "publish_gallery_version" in simulation.calls
    assert notes(simulation)[-1].startswith("publishing approved by ada at ")


def test_a_refused_image_is_not() -> None:
    error, simulation = build({"approved": False, "by": "ada", "comment": "too early"})
    assert error["code"] == "NotApproved"
    assert error["message"].startswith("publishing refused by ada")
    assert "publish_gallery_version" not in simulation.calls
    assert simulation.calls[-2:] == ["delete_scripts", "record_events"]


def test_nobody_in_time_is_a_refusal() -> None:
    began: datetime = Simulation({}).now
    error, simulation = build()
    assert (error["code"], error["stage"]) == ("NotApproved", "replicate")
    assert (simulation.now - began).total_seconds() >= 3 * 3600
    assert "delete_staging_group" in simulation.calls


def test_a_cancel_ends_the_wait() -> None:
    error, simulation = build(None, "cancel")
    assert error["code"] == "Canceled"
    assert "publish_gallery_version" not in simulation.calls


@pytest.mark.parametrize(
    ("text", "hours"), [("", 0), ("1", 1), ("720", 720), ("721", None), ("0", None), ("soon", None)]
)
def test_hours_of_the_tag(text: str, hours: int | None) -> None:
    assert hours_of({"kiln-approve-before-replicate": text}) == hours
