"""The examples are what they say they are."""

from pathlib import Path

import pytest

from shared.domain.problems import InvalidTemplateError
from shared.domain.template import FileCustomizer, ImageTemplate, ShellCustomizer
from shared.template.json_text import load_json
from shared.template.placeholders import placeholder_names, substitute, unresolved_placeholders
from tests.unit.template.samples import SUBSCRIPTION, parse

EXAMPLES = Path(__file__).parents[3] / "examples"
VALUES = {
    "examplesUri": "http://127.0.0.1:10000/devstoreaccount1/examples",
    "subscriptionID": SUBSCRIPTION,
    "rgName": "images",
    "imageGalleryName": "gallery",
    "imageDefName": "web",
}


def example(name: str) -> ImageTemplate:
    text = (EXAMPLES / name).read_text()
    assert placeholder_names(text) <= set(VALUES)
    document = load_json(substitute(text, VALUES))
    assert unresolved_placeholders(document) == ()
    return parse(document)


def test_the_demo_installs_nginx_and_brings_a_page() -> None:
    template = example("debian-nginx.json")
    install, copy, publish = template.customize
    assert isinstance(install, ShellCustomizer)
    assert isinstance(copy, FileCustomizer)
    assert isinstance(publish, ShellCustomizer)
    assert any("install" in line and "nginx" in line for line in install.inline)
    assert (EXAMPLES / "files" / copy.source_uri.rpartition("/")[2]).is_file()
    assert any(copy.destination in line and "/var/www/html/index.html" in line for line in publish.inline)
    assert [output.type for output in template.distribute] == ["SharedImage", "VHD"]


def test_the_tiny_example_needs_nothing_from_outside() -> None:
    template = example("tiny.json")
    assert all(isinstance(step, ShellCustomizer) and step.inline for step in template.customize)
    assert [output.type for output in template.distribute] == ["SharedImage", "VHD"]


def test_the_demo_names_every_value_that_it_lacks() -> None:
    problems = unresolved_placeholders(load_json((EXAMPLES / "debian-nginx.json").read_text()))
    assert [problem.path for problem in problems] == [
        "properties.customize[1].sourceUri",
        "properties.distribute[0].galleryImageId",
    ]


def test_the_bad_example_has_many_different_faults() -> None:
    with pytest.raises(InvalidTemplateError) as caught:
        parse(load_json((EXAMPLES / "bad.json").read_text()))
    problems = caught.value.problems
    assert len(problems) >= 8
    assert len({problem.message for problem in problems}) == len(problems)
    assert len({problem.code for problem in problems}) >= 5
