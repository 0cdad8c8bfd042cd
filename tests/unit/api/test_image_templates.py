"""Templates, runs and errors on the wire."""

from dataclasses import replace

import pytest

from shared.api.arm import Refusal, explained, operation_body, read_skip_token, skip_token
from shared.api.image_templates import last_run_status, template_body
from shared.domain.errors import BuildError
from shared.domain.names import new_run_id
from shared.domain.problems import Problem
from shared.domain.run import Run, RunState, Stage
from shared.domain.template_operation import OperationState, TemplateOperation
from shared.domain.template_record import ProvisioningState
from shared.starting import utc_now
from tests.unit.image_templates.samples import ADDRESS, OPERATION, record

RUN_ID = new_run_id("web", utc_now(), "")
AT = "2026-11-21T12:00:00+00:00"


@pytest.mark.parametrize(
    ("stage", "seen"),
    [
        (Stage.STAGE, "Building"),
        (Stage.PROVISION, "Building"),
        (Stage.CUSTOMIZE, "Customizing"),
        (Stage.CAPTURE, "Distributing"),
        (Stage.REPLICATE, "Distributing"),
    ],
)
def test_stages_are_told_in_aibs_words(stage: Stage, seen: str) -> None:
    status = last_run_status(RUN_ID, Run(RUN_ID, ADDRESS.id, "", RunState.RUNNING, stage, started_at=AT))
    assert status == {"startTime": AT, "runState": "Running", "message": "", "runSubState": seen}


@pytest.mark.parametrize("run", [None, Run(RUN_ID, ADDRESS.id, "")])
def test_a_run_that_has_not_begun_is_queued(run: Run | None) -> None:
    status = last_run_status(RUN_ID, run)
    assert isinstance(status, dict)
    assert (status["runState"], status["runSubState"]) == ("Running", "Queued")


def test_a_failure_is_told_with_its_cause_and_place() -> None:
    error = BuildError("CustomizerFailed", "it broke", "customize", details={"output": "last line\n"})
    run = Run(RUN_ID, ADDRESS.id, "", RunState.FAILED, started_at=AT, ended_at=AT, error=error)
    assert last_run_status(RUN_ID, run) == {
        "startTime": AT,
        "endTime": AT,
        "runState": "Failed",
        "runSubState": "Customizing",
        "message": "CustomizerFailed: it broke\nlast line",
    }
    assert explained(replace(error, message="it broke: last line")) == "it broke: last line"


@pytest.mark.parametrize(
    ("code", "shown", "message"),
    [
        ("BadPIRSource", "BadPIRSource", "why"),
        ("ChecksumMismatch", "Other", "ChecksumMismatch: why"),
        ("ServiceUnavailable", "ServerError", "ServiceUnavailable: why"),
    ],
)
def test_provisioning_errors_have_aibs_codes(code: str, shown: str, message: str) -> None:
    failed = record(state=ProvisioningState.FAILED, error=BuildError(code, "why"))
    properties = template_body(failed, None)["properties"]
    assert isinstance(properties, dict)
    assert properties["provisioningError"] == {"provisioningErrorCode": shown, "message": message}


@pytest.mark.parametrize(
    ("source", "exact"),
    [("Debian:debian-12:12-gen2:0.1.2", "0.1.2"), ("/a/versions/1.0.0", "/a/versions/1.0.0")],
)
def test_the_exact_version_is_that_of_the_last_run(source: str, exact: str) -> None:
    run = Run(RUN_ID, ADDRESS.id, "", RunState.SUCCEEDED, source=source)
    properties = template_body(record(last_run=RUN_ID), run)["properties"]
    assert isinstance(properties, dict)
    assert isinstance(properties["source"], dict)
    assert properties["source"]["exactVersion"] == exact


def test_errors_are_bare_before_their_envelope_came() -> None:
    refusal = Refusal("ValidationFailed", "no", 400, [Problem("properties.source", "is required")])
    old, new = refusal.answer("2020-02-14"), refusal.answer("2021-10-01")
    assert new.body == {"error": old.body}
    assert old.body == {
        "code": "ValidationFailed",
        "message": "no",
        "details": [{"code": "ValidationFailed", "message": "is required", "target": "properties.source"}],
    }
    by_arm = Refusal("SubscriptionNotFound", "no", 404, by_arm=True)
    assert by_arm.answer("2020-02-14").body == {"error": {"code": "SubscriptionNotFound", "message": "no"}}


def test_an_operation_has_its_error_only_once_it_has_ended() -> None:
    begun = TemplateOperation(OPERATION, ADDRESS, "westeurope", AT)
    assert operation_body(begun, "/op") == {
        "id": "/op",
        "name": OPERATION,
        "status": "InProgress",
        "startTime": AT,
    }
    error = BuildError("BadPIRSource", "no")
    ended = replace(begun, state=OperationState.FAILED, ended_at=AT, error=error)
    body = operation_body(ended, "/op")
    assert isinstance(body, dict)
    assert (body["status"], body["error"]) == ("Failed", {"code": "BadPIRSource", "message": "no"})


@pytest.mark.parametrize("token", ["", "x", "WzFd", "bm90IGpzb24=", "é", "W10="])
def test_only_its_own_tokens_are_taken(token: str) -> None:
    assert read_skip_token(skip_token("images|web")) == "images|web"
    with pytest.raises(ValueError, match=r".*"):
        read_skip_token(token)
