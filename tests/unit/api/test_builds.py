"""The envelope of a build request, and a run on the wire."""

import pytest

from shared.api.builds import read_build_body, run_body
from shared.domain.problems import InvalidTemplateError
from shared.domain.run import Run

TEMPLATE_ID = (
    "/subscriptions/s/resourceGroups/images/providers/Microsoft.VirtualMachineImages/imageTemplates/web"
)


def test_the_group_may_be_left_out() -> None:
    body = read_build_body({"name": "web", "template": {}}, "kiln")
    assert (body.name, body.resource_group) == ("web", "kiln")


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_what_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(InvalidTemplateError):
        read_build_body(document, "kiln")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidTemplateError) as caught:
        read_build_body({"name": "a/b", "resourceGroup": "", "template": [], "extra": 1}, "kiln")
    assert {problem.path for problem in caught.value.problems} == {
        "name",
        "resourceGroup",
        "template",
        "extra",
    }


def test_a_run_names_its_template_and_group() -> None:
    body = run_body(Run("web-20261121T120000-abcdef", TEMPLATE_ID, "westeurope"))
    assert isinstance(body, dict)
    assert (body["templateName"], body["resourceGroup"], body["state"]) == ("web", "images", "Queued")
    assert body["error"] is None
    assert body["startedAt"] is None
