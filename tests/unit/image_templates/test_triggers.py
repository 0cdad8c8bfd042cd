"""Which templates may have a trigger."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.template_record import TriggerRecord
from shared.image_templates.documents import template_of
from shared.image_templates.triggers import _template_problems
from tests.unit.image_templates.samples import GALLERY, SOURCE, record


def problems(source: dict[str, Any], *targets: dict[str, Any]) -> list[str]:
    document = {
        "location": "westeurope",
        "properties": {
            "source": source,
            "distribute": list(targets) or [{"type": "VHD", "runOutputName": "v"}],
        },
    }
    return [p.path for p in _template_problems(template_of(record(document=document)))]


def image(name: str) -> dict[str, Any]:
    return {"type": "SharedImage", "runOutputName": "image", "galleryImageId": f"{GALLERY}/{name}"}


def version(name: str) -> dict[str, Any]:
    return {"type": "SharedImageVersion", "imageVersionId": f"{GALLERY}/{name}"}


@pytest.mark.parametrize(
    ("source", "target", "places"),
    [
        ({**SOURCE, "version": "latest"}, image("web"), []),
        ({**SOURCE, "version": "1.2.3"}, image("web"), ["properties.source"]),
        (version("base/versions/latest"), image("web"), []),
        (version("base/versions/1.2.3"), image("web"), ["properties.source"]),
        (version("base/versions/latest"), image("BASE"), ["properties.distribute[0].galleryImageId"]),
        (
            {**SOURCE, "version": "latest"},
            image("web/versions/1.0.0"),
            ["properties.distribute[0].galleryImageId"],
        ),
    ],
)
def test_a_trigger_needs_something_to_follow(
    source: dict[str, Any], target: dict[str, Any], places: list[str]
) -> None:
    assert problems(source, target) == places


def test_a_trigger_is_healthy_from_the_start() -> None:
    assert TriggerRecord("base", "SourceImage", "2026-11-21T12:00:00+00:00").code == "Healthy"
