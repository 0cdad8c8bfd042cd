"""Builds through every layer: HTTP, orchestration, ARM, a real root file system, a real VHD."""

from pathlib import Path

from local.guest.inspect import VhdImage
from shared.domain.steps import BUILD_USER, BUILD_USER_HOME, BUILD_USER_SUDOERS
from tests.e2e.stack import Stack, shell, tiny


def test_a_template_becomes_a_gallery_version_and_a_vhd(stack: Stack, tmp_path: Path) -> None:
    definition = stack.definition()
    gallery = {
        "type": "SharedImage",
        "runOutputName": "gallery",
        "galleryImageId": definition,
        "targetRegions": [{"name": "West Europe"}, {"name": "northeurope", "replicaCount": 2}],
    }
    steps = [
        shell("first", "echo from the first step > /tmp/handed-over"),
        shell("second", "sudo cp /tmp/handed-over /etc/greeting", "echo to the log", "echo an error >&2"),
    ]
    run_id = stack.build(tiny(steps, gallery, {"type": "VHD", "runOutputName": "vhd"}))
    run = stack.finish(run_id)
    assert (run["state"], run["error"]) == ("Succeeded", None)
    assert [(s["name"], s["state"]) for s in run["stages"] if s["state"] != "Skipped"] == [
        (name, "Succeeded") for name in ("stage", "provision", "customize", "capture", "replicate", "cleanup")
    ]
    assert [(s["name"], s["exitCode"]) for s in run["steps"]] == [("first", 0), ("second", 0)]
    published = {output["name"]: output for output in run["outputs"]}
    regions = [(r["name"], r["state"], r["progress"]) for r in published["gallery"]["regions"]]
    assert sorted(regions) == [("northeurope", "Completed", 100), ("westeurope", "Completed", 100)]
    assert stack.versions(definition) == [published["gallery"]["version"]]
    assert stack.left_over(run_id) == []
    assert "to the log\nan error\n" in stack.log(run_id)
    image = VhdImage(stack.download(published["vhd"]["uri"], tmp_path / "image.vhd"))
    assert image.read_file("/etc/greeting") == b"from the first step\n"
    assert not image.exists("/tmp/handed-over")
    assert BUILD_USER not in image.read_file("/etc/passwd").decode()
    assert BUILD_USER not in image.read_file("/etc/shadow").decode()
    assert not image.exists(BUILD_USER_HOME)
    assert not image.exists(BUILD_USER_SUDOERS)


def test_a_gallery_version_can_be_a_source(stack: Stack, tmp_path: Path) -> None:
    definition = stack.definition()
    gallery = {"type": "SharedImage", "runOutputName": "base", "galleryImageId": definition}
    base = stack.finish(stack.build(tiny([shell("base", "echo base | sudo tee /etc/base")], gallery), "base"))
    assert base["state"] == "Succeeded", base["error"]
    template = tiny([shell("child", "sudo cp /etc/base /etc/child")])
    template["properties"]["source"] = {
        "type": "SharedImageVersion",
        "imageVersionId": f"{definition}/versions/latest",
    }
    child = stack.finish(stack.build(template, "child"))
    assert child["state"] == "Succeeded", child["error"]
    assert child["source"]["exactVersion"] == base["outputs"][0]["id"]
    image = VhdImage(stack.download(child["outputs"][0]["uri"], tmp_path / "child.vhd"))
    assert image.read_file("/etc/child") == b"base\n"


def test_a_failing_script_is_named_and_nothing_is_left(stack: Stack) -> None:
    steps = [shell("good", "true"), shell("bad", "echo about to fail", "exit 3"), shell("never", "true")]
    run_id = stack.build(tiny(steps))
    run = stack.finish(run_id)
    assert run["state"] == "Failed"
    error = run["error"]
    assert (error["code"], error["stage"]) == ("CustomizerFailed", "customize")
    assert error["details"]["customizer"] == "1"
    assert error["details"]["name"] == "bad"
    assert error["details"]["exitCode"] == "3"
    assert "about to fail" in error["details"]["output"]
    assert [s["state"] for s in run["steps"]] == ["Succeeded", "Failed", "Pending"]
    assert stack.left_over(run_id) == []


def test_a_bad_template_is_refused_with_every_place(stack: Stack) -> None:
    before = len(stack.call("GET", "/builds").json()["value"])
    template = tiny([{"type": "Shell", "inlin": ["true"]}, {"type": "File", "destination": "relative"}])
    response = stack.call("POST", "/builds", json={"name": "bad", "template": template})
    assert response.status_code == 400
    targets = {detail["target"] for detail in response.json()["error"]["details"]}
    assert {
        "properties.customize[0].inlin",
        "properties.customize[1].sourceUri",
        "properties.customize[1].destination",
    } <= targets
    assert len(stack.call("GET", "/builds").json()["value"]) == before


def test_a_cancelled_build_leaves_nothing(stack: Stack) -> None:
    run_id = stack.build(tiny([shell("long", "sleep 600")]))
    for run in stack.follow(run_id):
        if run["stage"] == "customize":
            stack.call("POST", f"/builds/{run_id}/cancel")
            break
    run = stack.finish(run_id)
    assert (run["state"], run["error"]["code"]) == ("Canceled", "Canceled")
    assert stack.left_over(run_id) == []
