"""Builds beyond the plain one: validated, aborted, specialized, with data disks, from and to every kind."""

from pathlib import Path
from typing import Any

import pytest

from cli.local.demo_scene import set_scene
from local.guest.inspect import VhdImage
from tests.e2e.stack import Stack, shell, tiny

KILN_API = "2025-10-01-kiln"
VHD = {"type": "VHD", "runOutputName": "vhd"}


def with_properties(template: dict[str, Any], **properties: Any) -> dict[str, Any]:
    template["properties"].update(properties)
    return template


def gallery(definition: str, name: str = "gallery") -> dict[str, Any]:
    return {"type": "SharedImage", "runOutputName": name, "galleryImageId": definition}


def managed_image(stack: Stack, name: str) -> dict[str, Any]:
    values = set_scene(stack.local)
    group = f"/subscriptions/{values['subscriptionID']}/resourceGroups/{values['rgName']}"
    image_id = f"{group}/providers/Microsoft.Compute/images/{name}"
    return {"type": "ManagedImage", "runOutputName": "image", "imageId": image_id, "location": "westeurope"}


def test_validators_run_in_a_vm_made_from_the_result(stack: Stack) -> None:
    validation = {"inVMValidations": [shell("look", "cat /etc/made", "test ! -e /etc/ssh/ssh_host_rsa_key")]}
    template = with_properties(tiny([shell("make", "echo made | sudo tee /etc/made")]), validate=validation)
    run_id = stack.build(template, "validated")
    run = stack.finish(run_id)
    assert run["error"] is None, run["error"]
    assert [(s["name"], s["exitCode"]) for s in run["validations"]] == [("look", 0)]
    assert "==> validate [1/1] Shell look\nmade\n" in stack.log(run_id)
    assert stack.left_over(run_id) == []


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_failed_validation_fails_the_run(stack: Stack, goes_on: bool) -> None:
    validation = {"inVMValidations": [shell("bad", "exit 7")], "continueDistributeOnFailure": goes_on}
    template = with_properties(tiny([shell("make", "true")]), validate=validation)
    run_id = stack.build(template, f"invalid-{goes_on}".lower())
    run = stack.finish(run_id)
    assert (run["state"], run["error"]["code"], run["error"]["stage"]) == (
        "Failed",
        "ValidatorFailed",
        "validate",
    )
    assert run["error"]["details"]["exitCode"] == "7"
    assert run["outputs"][0]["state"] == ("Succeeded" if goes_on else "Pending")
    assert stack.left_over(run_id) == []


def test_a_source_can_be_validated_alone(stack: Stack) -> None:
    validation = {"inVMValidations": [shell("look", "test -e /etc/os-release")], "sourceValidationOnly": True}
    run_id = stack.build(with_properties(tiny([shell("never", "exit 1")]), validate=validation), "source")
    run = stack.finish(run_id)
    assert run["error"] is None, run["error"]
    assert (run["steps"], run["outputs"]) == ([], [])
    ran = [s["name"] for s in run["stages"] if s["state"] == "Succeeded"]
    assert ran == ["stage", "provision", "validate", "cleanup"]


def test_an_aborted_run_keeps_its_vm_and_says_how_to_reach_it(stack: Stack) -> None:
    handling = {"onCustomizerError": "abort"}
    run_id = stack.build(with_properties(tiny([shell("bad", "exit 3")]), errorHandling=handling), "aborted")
    run = stack.finish(run_id)
    assert (run["state"], run["error"]["code"]) == ("Failed", "CustomizerFailed")
    assert run["error"]["details"]["command"].startswith("az vm run-command invoke ")
    assert run["keptUntil"]
    assert any("/virtualMachines/" in resource for resource in stack.left_over(run_id))


def test_a_data_disk_is_part_of_the_gallery_version(stack: Stack) -> None:
    template = with_properties(
        tiny([shell("make", "true")], gallery(stack.definition())), additionalDataDisks=[{"sizeGB": 4}]
    )
    run = stack.finish(stack.build(template, "data"))
    assert run["error"] is None, run["error"]
    disks = stack.resource(run["outputs"][0]["id"], "2025-03-03")["storageProfile"]["dataDiskImages"]
    assert [(disk["lun"], disk["sizeInGB"]) for disk in disks] == [(0, 4)]


def test_a_managed_image_can_be_published_and_built_from(stack: Stack, tmp_path: Path) -> None:
    output = managed_image(stack, "published")
    steps = [shell("make", "echo base | sudo tee /etc/base")]
    base = stack.finish(stack.build(tiny(steps, output), "managed"))
    assert (base["state"], base["error"]) == ("Succeeded", None)
    assert base["outputs"][0]["id"] == output["imageId"]
    child = tiny([shell("child", "sudo cp /etc/base /etc/child")])
    child["properties"]["source"] = {"type": "ManagedImage", "imageId": output["imageId"]}
    run = stack.finish(stack.build(child, "from-managed"))
    assert run["error"] is None, run["error"]
    image = VhdImage(stack.download(run["outputs"][0]["uri"], tmp_path / "child.vhd"))
    assert image.read_file("/etc/child") == b"base\n"


def test_a_specialized_image_keeps_what_its_machine_was(stack: Stack, tmp_path: Path) -> None:
    definition = stack.specialized_definition()
    steps = [shell("make", "echo 4c4c4544 | sudo tee /etc/machine-id")]
    template = with_properties(tiny(steps, gallery(definition), VHD), osState="Specialized")
    template["apiVersion"] = KILN_API
    run = stack.finish(stack.build(template, "specialized"))
    assert run["error"] is None, run["error"]
    assert "machine-id" in run["notes"][0]
    outputs = {output["name"]: output for output in run["outputs"]}
    image = VhdImage(stack.download(outputs["vhd"]["uri"], tmp_path / "image.vhd"))
    assert image.read_file("/etc/machine-id") == b"4c4c4544\n"
    child = tiny([shell("look", "grep 4c4c4544 /etc/machine-id")], gallery(definition, "child"))
    child["apiVersion"] = KILN_API
    source = {"type": "SharedImageVersion", "imageVersionId": outputs["gallery"]["id"]}
    child["properties"] |= {"source": source | {"osState": "Specialized"}, "osState": "Specialized"}
    validation = {"inVMValidations": [shell("still", "grep 4c4c4544 /etc/machine-id")]}
    run = stack.finish(stack.build(with_properties(child, validate=validation), "from-specialized"))
    assert run["error"] is None, run["error"]


@pytest.mark.parametrize("state", ["Generalized", "Specialized"])
def test_a_vhd_can_be_built_from(stack: Stack, state: str, tmp_path: Path) -> None:
    made = tiny([shell("make", f"echo {state} | sudo tee /etc/made")], VHD)
    made["apiVersion"] = KILN_API
    base = stack.finish(stack.build(with_properties(made, osState=state), f"vhd-{state}".lower()))
    assert (base["state"], base["error"]) == ("Succeeded", None)
    child = tiny([shell("child", "sudo cp /etc/made /etc/child")])
    child["apiVersion"] = KILN_API
    child["properties"]["source"] = {
        "type": "Vhd",
        "uri": base["outputs"][0]["uri"],
        "osState": state,
        "osType": "Linux",
        "generation": "V2",
        "architecture": "x64",
    }
    run_id = stack.build(child, f"from-vhd-{state}".lower())
    run = stack.finish(run_id)
    assert run["error"] is None, run["error"]
    image = VhdImage(stack.download(run["outputs"][0]["uri"], tmp_path / "child.vhd"))
    assert image.read_file("/etc/child") == f"{state}\n".encode()
    assert stack.left_over(run_id) == []


@pytest.mark.parametrize("kind", ["ManagedDisk", "Snapshot"])
def test_a_disk_can_be_built_from(stack: Stack, kind: str) -> None:
    definition = stack.definition()
    base = stack.finish(
        stack.build(tiny([shell("make", "echo made | sudo tee /etc/made")], gallery(definition)), "disk-base")
    )
    disk_id = stack.disk_of(base["outputs"][0]["id"])
    reference = {"diskId": disk_id} if kind == "ManagedDisk" else {"snapshotId": stack.snapshot_of(disk_id)}
    child = tiny([shell("look", "grep made /etc/made")])
    child["apiVersion"] = KILN_API
    child["properties"]["source"] = {"type": kind, **reference}
    run_id = stack.build(child, f"from-{kind}".lower())
    run = stack.finish(run_id)
    assert run["error"] is None, run["error"]
    assert stack.left_over(run_id) == []


def test_an_adopted_staging_group_is_given_back_as_it_was(stack: Stack) -> None:
    stack.definition()
    stack.put("/resourceGroups/adopted", "2025-04-01", {"location": "westeurope", "tags": {"mine": "yes"}})
    group = f"/subscriptions/{stack.local.endpoints.subscriptionId}/resourceGroups/adopted"
    template = with_properties(tiny([shell("make", "true")]), stagingResourceGroup=group)
    run_id = stack.build(template, "adopting")
    run = stack.finish(run_id)
    assert run["error"] is None, run["error"]
    assert stack.left_over(run_id) == []
    assert stack.tags_of_group("adopted") == {"mine": "yes"}
    stack.disk_of(None, "adopted")
    refused = stack.finish(stack.build(template, "refused"))
    assert (refused["state"], refused["error"]["code"]) == ("Failed", "BadStagingResourceGroup")
    assert "is not empty" in refused["error"]["message"]


def test_a_failed_customizer_is_tried_again_in_the_vm_that_was_kept(stack: Stack, tmp_path: Path) -> None:
    once = "test -e /var/tried || { sudo touch /var/tried; exit 3; }"
    steps = [
        shell("first", "echo first | sudo tee -a /etc/ran"),
        shell("second", once),
        shell("third", "true"),
    ]
    handling = {"onCustomizerError": "abort"}
    first = stack.finish(stack.build(with_properties(tiny(steps), errorHandling=handling), "kept"))
    assert first["error"]["details"]["customizer"] == "1"
    answer = stack.call("POST", f"/builds/{first['id']}/retry")
    assert answer.status_code == 202, answer.text
    run = stack.finish(answer.json()["id"])
    assert run["error"] is None, run["error"]
    assert run["retryOf"] == first["id"]
    assert [(step["index"], step["state"]) for step in run["steps"]] == [(1, "Succeeded"), (2, "Succeeded")]
    image = VhdImage(stack.download(run["outputs"][0]["uri"], tmp_path / "image.vhd"))
    assert image.read_file("/etc/ran") == b"first\n"
    assert stack.left_over(first["id"]) == []
    assert stack.left_over(run["id"]) == []
    assert stack.call("POST", f"/builds/{run['id']}/retry").status_code == 409


def test_a_failed_run_without_a_vm_is_built_again(stack: Stack) -> None:
    first = stack.finish(stack.build(tiny([shell("bad", "exit 3")]), "again"))
    run = stack.finish(stack.call("POST", f"/builds/{first['id']}/retry").json()["id"])
    assert (run["state"], run["retryOf"]) == ("Failed", first["id"])
    assert [step["index"] for step in run["steps"]] == [0]


def test_a_failed_validation_is_tried_again_in_the_vm_that_was_kept(stack: Stack) -> None:
    once = "test -e /var/tried || { sudo touch /var/tried; exit 3; }"
    template = with_properties(
        tiny([shell("make", "true")]),
        validate={"inVMValidations": [shell("look", once)]},
        errorHandling={"onValidationError": "abort"},
    )
    first = stack.finish(stack.build(template, "revalidated"))
    assert (first["state"], first["error"]["code"]) == ("Failed", "ValidatorFailed")
    run = stack.finish(stack.call("POST", f"/builds/{first['id']}/retry").json()["id"])
    assert run["error"] is None, run["error"]
    ran = [s["name"] for s in run["stages"] if s["state"] == "Succeeded"]
    assert ran == ["stage", "validate", "replicate", "cleanup"]
    assert stack.left_over(first["id"]) == []


@pytest.mark.parametrize("published", ["SharedImage", "ManagedImage", "VHD"])
def test_what_was_published_goes_to_further_places(stack: Stack, published: str, tmp_path: Path) -> None:
    definition = stack.definition()
    outputs = {
        "SharedImage": gallery(definition),
        "ManagedImage": managed_image(stack, f"first-{published}"),
        "VHD": VHD,
    }
    steps = [shell("make", f"echo {published} | sudo tee /etc/made")]
    name = f"from-{published}".lower()
    first = stack.finish(stack.build(tiny(steps, outputs[published]), name))
    again = [
        gallery(definition, "more"),
        {**managed_image(stack, f"again-{published}"), "runOutputName": "image"},
        VHD,
    ]
    answer = stack.call("POST", f"/builds/{first['id']}/redistribute", json={"distribute": again})
    assert answer.status_code == 202, answer.text
    run = stack.finish(answer.json()["id"])
    assert run["error"] is None, run["error"]
    assert run["redistributeOf"] == first["id"]
    assert "customize" not in [s["name"] for s in run["stages"] if s["state"] == "Succeeded"]
    uri = next(output["uri"] for output in run["outputs"] if output["type"] == "VHD")
    image = VhdImage(stack.download(uri, tmp_path / "image.vhd"))
    assert image.read_file("/etc/made") == f"{published}\n".encode()
    assert stack.left_over(run["id"]) == []


def test_only_distributors_can_be_asked_for_again(stack: Stack) -> None:
    first = stack.finish(stack.build(tiny([shell("make", "true")]), "refusing"))
    path = f"/builds/{first['id']}/redistribute"
    assert stack.call("POST", path, json={"customize": []}).status_code == 400
    answer = stack.call("POST", path, json={"distribute": [{"type": "VHD", "runOutputNam": "x"}]})
    assert answer.status_code == 400
    targets = {detail["target"] for detail in answer.json()["error"]["details"]}
    assert "properties.distribute[0].runOutputNam" in targets
