"""What AIB and ARM refuse, in their words and in the form of each api-version."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from cli.local.blobs import publish
from tests.conformance.image_builder.harness import Kiln, error_code
from tests.e2e.stack import shell


@pytest.mark.parametrize(
    ("api_version", "code"),
    [("", "MissingApiVersionParameter"), ("2019-01-01", "InvalidResourceType")],
)
def test_the_api_version_is_one_of_aibs(kiln: Kiln, group: str, api_version: str, code: str) -> None:
    answer = kiln.arm("GET", group, api_version=api_version)
    assert (answer.status_code, error_code(answer)) == (400, code)


def test_a_put_with_an_unknown_api_version_names_those_that_are_known(kiln: Kiln, group: str) -> None:
    answer = kiln.arm("PUT", f"{group}/web", kiln.template(group), "2030-01-01")
    assert (answer.status_code, error_code(answer)) == (400, "NoRegisteredProviderFound")
    assert "2025-10-01" in answer.text


def test_triggers_came_later(kiln: Kiln, group: str) -> None:
    answer = kiln.arm("GET", f"{group}/web/triggers", api_version="2022-02-14")
    assert error_code(answer) == "InvalidResourceType"
    assert "2022-02-14" not in answer.json()["error"]["message"].split("are")[1]


def test_errors_are_bare_before_2021_10_01(kiln: Kiln, group: str) -> None:
    old = kiln.arm("GET", f"{group}/none", api_version="2020-02-14")
    new = kiln.arm("GET", f"{group}/none", api_version="2021-10-01")
    assert (old.status_code, old.json()["code"]) == (404, "ResourceNotFound")
    assert new.json() == {"error": old.json()}


def test_all_faults_are_told_at_once_and_nothing_is_left(kiln: Kiln, group: str) -> None:
    body = kiln.template(group, customize=[{"type": "Shell", "name": "x"}, {"type": "Perl"}], sauce=1)
    answer = kiln.arm("PUT", f"{group}/bad", body)
    assert (answer.status_code, error_code(answer)) == (400, "ValidationFailed")
    details = {detail["target"]: detail["code"] for detail in answer.json()["error"]["details"]}
    assert details["properties.customize[0]"] == "NoCustomizerScript"
    assert details["properties.customize[1].type"] == "BadCustomizerType"
    assert "properties.sauce" in details
    assert kiln.arm("GET", f"{group}/bad").status_code == 404


def test_unknown_fields_are_let_pass_before_2024_02_01(kiln: Kiln, group: str) -> None:
    body = kiln.template(group, sauce=1)
    assert kiln.arm("PUT", f"{group}/new", body, "2024-02-01").status_code == 400
    assert kiln.arm("PUT", f"{group}/old", body, "2023-07-01").status_code == 201


@pytest.mark.parametrize("name", ["a b", "a" * 65, "grün"])
def test_names_follow_aibs_rule(kiln: Kiln, group: str, name: str) -> None:
    answer = kiln.arm("PUT", f"{group}/{name}", kiln.template(group))
    assert (answer.status_code, error_code(answer)) == (400, "ValidationFailed")


def test_a_body_must_be_a_json_object(kiln: Kiln, group: str) -> None:
    answer = kiln.arm("PUT", f"{group}/web", ["no"])
    assert (answer.status_code, error_code(answer)) == (400, "InvalidRequestContent")


def test_arm_asks_for_the_group_first(kiln: Kiln) -> None:
    answer = kiln.arm("PUT", "no-such-group/web", kiln.template("no-such-group"))
    assert (answer.status_code, error_code(answer)) == (404, "ResourceGroupNotFound")


def test_a_template_changes_only_for_those_who_ask(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    kiln.create(path, kiln.template(group))
    changed = kiln.template(group, customize=[shell("new", "true")])
    refused = kiln.arm("PUT", path, changed)
    assert (refused.status_code, error_code(refused)) == (409, "Conflict")
    assert "Update/Upgrade of image templates is currently not supported" in refused.text
    by_header = kiln.arm("PUT", path, changed, headers={"x-kiln-allow-update": "true"})
    assert (by_header.status_code, kiln.follow(by_header)["status"]) == (200, "Succeeded")
    assert kiln.arm("GET", path).json()["properties"]["customize"][0]["name"] == "new"
    by_tag = {**kiln.template(group), "tags": {"kiln-allow-update": "true"}}
    assert kiln.follow(kiln.arm("PUT", path, by_tag))["status"] == "Succeeded"
    moved = {**by_tag, "location": "northeurope"}
    assert error_code(kiln.arm("PUT", path, moved)) == "InvalidResourceLocation"


def test_etags_keep_two_writers_apart(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    kiln.create(path, kiln.template(group))
    seen = kiln.arm("GET", path).headers["ETag"]
    first = kiln.arm("PATCH", path, {"tags": {"by": "first"}}, headers={"If-Match": seen})
    second = kiln.arm("PATCH", path, {"tags": {"by": "second"}}, headers={"If-Match": seen})
    assert (first.status_code, second.status_code) == (200, 412)
    assert error_code(second) == "PreconditionFailed"
    assert kiln.arm("GET", path).json()["tags"] == {"by": "first"}
    fresh = first.headers["ETag"]
    assert fresh == kiln.arm("GET", path).headers["ETag"] != seen
    unless_there = kiln.arm("PUT", path, kiln.template(group), headers={"If-None-Match": "*"})
    assert unless_there.status_code == 412
    assert kiln.arm("DELETE", path, headers={"If-Match": seen}).status_code == 412
    assert kiln.arm("DELETE", path, headers={"If-Match": fresh}).status_code == 202


def test_a_patch_changes_what_aib_lets_change(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    kiln.create(path, kiln.template(group))
    for patch in (
        {"location": "northeurope"},
        {"properties": {"customize": []}},
        {"properties": {"distribute": [{"type": "VHD", "runOutputName": "other"}]}},
    ):
        answer = kiln.arm("PATCH", path, patch)
        assert (answer.status_code, error_code(answer)) == (400, "ValidationFailed"), patch
    old = kiln.arm("PATCH", path, {"properties": {"vmProfile": {"vmSize": "Standard_D2s_v5"}}}, "2023-07-01")
    assert "2024-02-01" in old.text
    targets = [{"type": "VHD", "runOutputName": name} for name in ("vhd", "second")]
    added = kiln.arm("PATCH", path, {"properties": {"distribute": targets}})
    assert (added.status_code, kiln.follow(added)["status"]) == (202, "Succeeded")
    cleared = kiln.arm("PATCH", path, {"identity": {"type": "None"}, "tags": {"a": "b", "c": None}})
    assert (cleared.json()["identity"], cleared.json()["tags"]) == ({"type": "None"}, {"a": "b"})
    names = [target["runOutputName"] for target in cleared.json()["properties"]["distribute"]]
    assert names == ["vhd", "second"]


def test_a_source_that_is_not_there_leaves_a_failed_template(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    source = {
        "type": "PlatformImage",
        "publisher": "No",
        "offer": "such",
        "sku": "image",
        "version": "latest",
    }
    operation = kiln.follow(kiln.arm("PUT", path, kiln.template(group, source=source)))
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "BadPIRSource")
    properties = kiln.arm("GET", path).json()["properties"]
    assert properties["provisioningState"] == "Failed"
    assert properties["provisioningError"]["provisioningErrorCode"] == "BadPIRSource"
    run = kiln.arm("POST", f"{path}/run")
    assert (run.status_code, error_code(run)) == (409, "OperationNotAllowed")
    assert kiln.arm("DELETE", path).status_code == 202


def test_checksums_are_verified_when_a_template_is_submitted(kiln: Kiln, group: str, tmp_path: Any) -> None:
    (tmp_path / "script.sh").write_text("echo hello\n")
    base = publish(kiln.stack.local.endpoints.storage, "submitted", tmp_path)
    right = hashlib.sha256(b"echo hello\n").hexdigest()
    script = {"type": "Shell", "name": "s", "scriptUri": f"{base}/script.sh", "sha256Checksum": right}
    kiln.create(f"{group}/right", kiln.template(group, customize=[script]))
    wrong = {**script, "sha256Checksum": "0" * 64}
    operation = kiln.follow(kiln.arm("PUT", f"{group}/wrong", kiln.template(group, customize=[wrong])))
    assert operation["error"]["code"] == "ChecksumMismatch"
    assert operation["error"]["message"].startswith("properties.customize[0]: ")
    error = kiln.arm("GET", f"{group}/wrong").json()["properties"]["provisioningError"]
    assert error["provisioningErrorCode"] == "Other"
    assert right in error["message"]


def test_triggers_need_a_source_that_changes(kiln: Kiln, group: str) -> None:
    trigger = {"properties": {"kind": "SourceImage"}}
    fixed = {**kiln.template(group)["properties"]["source"], "version": "1.0.0"}
    kiln.arm("PUT", f"{group}/fixed", kiln.template(group, source=fixed))
    early = kiln.arm("PUT", f"{group}/fixed/triggers/t", trigger)
    assert error_code(early) in ("OperationNotAllowed", "ValidationFailed")
    kiln.create(f"{group}/web", kiln.template(group))
    bad = kiln.arm("PUT", f"{group}/web/triggers/t", {"properties": {"kind": "Nightly"}})
    assert error_code(bad) == "ValidationFailed"
    assert kiln.arm("PUT", f"{group}/web/triggers/t", trigger).status_code == 201
    assert kiln.arm("PUT", f"{group}/web/triggers/T", trigger).status_code == 200
    second = kiln.arm("PUT", f"{group}/web/triggers/u", trigger)
    assert (second.status_code, error_code(second)) == (409, "Conflict")
    assert kiln.arm("DELETE", f"{group}/web/triggers/u").status_code == 204


def test_one_run_at_a_time_and_no_deletion_meanwhile(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    kiln.create(path, kiln.template(group, customize=[shell("wait", "sleep 600")]))
    run = kiln.arm("POST", f"{path}/run")
    assert run.status_code == 202
    for method, target in (("POST", f"{path}/run"), ("DELETE", path)):
        answer = kiln.arm(method, target)
        assert (answer.status_code, error_code(answer)) == (409, "OperationNotAllowed")
        assert "provisioned or run state: running" in answer.text
    for _ in range(2):
        assert kiln.arm("POST", f"{path}/cancel").status_code == 202
    assert kiln.follow(run)["status"] == "Canceled"
    assert kiln.run_status(path)["runState"] == "Canceled"
    assert kiln.arm("POST", f"{path}/cancel").status_code == 204
    assert kiln.arm("DELETE", path).status_code == 202
    assert kiln.arm("DELETE", path).status_code == 204


def test_a_failed_run_says_why_and_earlier_outputs_stay(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    body = {**kiln.template(group), "tags": {"kiln-allow-update": "true"}}
    kiln.create(path, body)
    assert kiln.follow(kiln.arm("POST", f"{path}/run"))["status"] == "Succeeded"
    broken = {
        **body,
        "properties": {**body["properties"], "customize": [shell("bad", "echo it broke", "exit 3")]},
    }
    kiln.follow(kiln.arm("PUT", path, broken))
    operation = kiln.follow(kiln.arm("POST", f"{path}/run"))
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "CustomizerFailed")
    status = kiln.run_status(path)
    assert (status["runState"], status["runSubState"]) == ("Failed", "Customizing")
    assert "properties.customize[0] (Shell, bad)" in status["message"]
    assert "it broke" in status["message"]
    outputs = kiln.arm("GET", f"{path}/runOutputs").json()["value"]
    assert [output["name"] for output in outputs] == ["vhd"]


def test_auto_run_builds_what_was_created(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    kiln.create(path, kiln.template(group, autoRun={"state": "Enabled"}))
    assert kiln.run_status(path)["runState"] == "Succeeded"
    assert kiln.arm("GET", f"{path}/runOutputs/vhd").status_code == 200


def test_location_style_polling(kiln: Kiln, group: str) -> None:
    path = f"{group}/web"
    kiln.create(path, kiln.template(group))
    location = kiln.arm("DELETE", path).headers["Location"]
    assert location.startswith(f"{kiln.stack.local.cloud.arm}/subscriptions/{kiln.subscription}/providers/")
    assert (
        kiln.request("GET", location.removeprefix(kiln.stack.local.cloud.arm).partition("?")[0]).status_code
        == 204
    )
    unknown = location.rpartition("/")[0] + "/not-a-guid"
    answer = kiln.request("GET", unknown.removeprefix(kiln.stack.local.cloud.arm))
    assert (answer.status_code, error_code(answer)) == (404, "OperationNotFound")


def test_the_caller_is_remembered(kiln: Kiln, group: str) -> None:
    kiln.create(f"{group}/web", kiln.template(group))
    forged = {"x-ms-client-principal-name": "mallory@example.org"}
    changed = kiln.arm("PATCH", f"{group}/web", {"tags": {}}, headers=forged).json()
    assert changed["systemData"]["createdByType"] == "Application"
    assert changed["systemData"]["lastModifiedBy"] == changed["systemData"]["createdBy"]


def test_kilns_own_additions_are_read_where_the_body_asks_for_them(kiln: Kiln, group: str) -> None:
    body = kiln.template(group, customize=[{"type": "LinuxRestart", "name": "again"}])
    plain = kiln.arm("PUT", f"{group}/plain", body)
    assert (plain.status_code, error_code(plain)) == (400, "ValidationFailed")
    made = kiln.create(f"{group}/own", {**body, "apiVersion": "2025-10-01-kiln"})
    assert made["properties"]["customize"] == body["properties"]["customize"]


def test_a_template_of_an_older_api_version_takes_new_tags(kiln: Kiln, group: str) -> None:
    kiln.create(f"{group}/old", kiln.template(group, sauce=1), "2023-07-01")
    patched = kiln.arm("PATCH", f"{group}/old", {"tags": {"a": "b"}})
    assert (patched.status_code, patched.json()["tags"]) == (200, {"a": "b"})
    targets = [{"type": "VHD", "runOutputName": "vhd"}]
    strict = kiln.arm("PATCH", f"{group}/old", {"properties": {"distribute": targets}})
    assert "properties.sauce" in strict.text
