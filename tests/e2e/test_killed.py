"""The whole host is killed in the middle of each stage: the build still succeeds, once."""

from pathlib import Path

import pytest

from local.guest.inspect import VhdImage
from tests.e2e.stack import ENDED, Stack, shell, tiny

STAGES = ("stage", "provision", "customize", "capture", "replicate", "cleanup")


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_host_carries_on(stack: Stack, stage: str, tmp_path: Path) -> None:
    definition = stack.definition()
    before = set(stack.versions(definition))
    gallery = {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": definition}
    # A script of its own: no build begins with what another one kept.
    step = shell("append", f"echo {stage} once | sudo tee -a /etc/times", "sleep 1")
    if stage == "cleanup":
        stack.fault("^DELETE .*/resourcegroups/", status=429, headers={"Retry-After": "2"})
    run_id = stack.build(tiny([step], gallery, {"type": "VHD", "runOutputName": "vhd"}), f"killed-{stage}")
    for run in stack.follow(run_id):
        if run["stage"] == stage:
            break
    assert run["state"] not in ENDED, "the build was over before it could be killed"
    stack.kill()
    stack.start_again()
    run = stack.finish(run_id)
    assert (run["state"], run["error"]) == ("Succeeded", None)
    outputs = {output["name"]: output for output in run["outputs"]}
    assert set(stack.versions(definition)) - before == {outputs["gallery"]["version"]}
    assert stack.left_over(run_id) == []
    image = VhdImage(stack.download(outputs["vhd"]["uri"], tmp_path / "image.vhd"))
    assert image.read_file("/etc/times") == f"{stage} once\n".encode()
