"""Image templates, their run outputs and their triggers on the wire, as api-version 2025-10-01 has them."""

from collections.abc import Mapping

from shared.api.arm import explained
from shared.domain.codec import Json, to_json
from shared.domain.errors import BuildError
from shared.domain.names import started_at
from shared.domain.run import Output, Run, RunState
from shared.domain.template_record import (
    Authorship,
    ProvisioningState,
    TemplateAddress,
    TemplateRecord,
    TriggerRecord,
)

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
SHOWN = ("location", "tags", "identity")
# What the service writes: never taken from a body, so that what GET answered may be sent again.
READ_ONLY = ("provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup")
# AIB's names for what a run is doing; a stage that is not here prepares the build.
SUB_STATES = {
    "customize": "Customizing",
    "optimize": "Optimizing",
    "validate": "Validating",
    "capture": "Distributing",
    "replicate": "Distributing",
    "cleanup": "Distributing",
}
PROVISIONING_ERROR_CODES = frozenset(
    {
        "BadSourceType",
        "BadPIRSource",
        "BadManagedImageSource",
        "BadSharedImageVersionSource",
        "BadCustomizerType",
        "UnsupportedCustomizerType",
        "NoCustomizerScript",
        "BadValidatorType",
        "UnsupportedValidatorType",
        "NoValidatorScript",
        "BadDistributeType",
        "BadSharedImageDistribute",
        "BadStagingResourceGroup",
    }
)
PASSING_CODES = frozenset({"ServiceUnavailable", "ActivityFailed", "OrchestrationFailed"})


def template_body(record: TemplateRecord, run: Run | None) -> dict[str, Json]:
    """What its owner sent, and what Kiln adds; `run` is the template's last one."""
    document = record.document
    properties: dict[str, Json] = {
        name: to_json(value) for name, value in _object(document, "properties").items()
    }
    properties["provisioningState"] = record.state
    if record.error is not None and record.state is ProvisioningState.FAILED:
        properties["provisioningError"] = _provisioning_error(record.error)
    if record.last_run:
        properties["lastRunStatus"] = last_run_status(record.last_run, run)
    if run is not None and run.source and isinstance(source := properties.get("source"), dict):
        # A platform image is told as its URN, a gallery version by its id.
        exact = run.source if run.source.startswith("/") else run.source.rpartition(":")[2]
        properties["source"] = {**source, "exactVersion": exact}
    if staging := properties.get("stagingResourceGroup"):
        properties["exactStagingResourceGroup"] = staging
    return {
        "id": record.address.id,
        "name": record.address.name,
        "type": TYPE,
        **{name: to_json(document[name]) for name in SHOWN if name in document},
        "systemData": _system_data(record.authorship),
        "properties": properties,
    }


def _object(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _provisioning_error(error: BuildError) -> Json:
    code = error.code if error.code in PROVISIONING_ERROR_CODES else "Other"
    shown = "ServerError" if error.code in PASSING_CODES else code
    message = explained(error)
    return {
        "provisioningErrorCode": shown,
        "message": message if shown == error.code else f"{error.code}: {message}",
    }


def last_run_status(run_id: str, run: Run | None) -> Json:
    """AIB's view of a run; None is one that was started and has not recorded itself yet."""
    begun = started_at(run_id).isoformat()
    if run is None or run.state is RunState.QUEUED:
        return {"startTime": begun, "runState": "Running", "runSubState": "Queued", "message": ""}
    status: dict[str, Json] = {
        "startTime": run.started_at or begun,
        "runState": run.state,
        "message": "" if run.error is None else f"{run.error.code}: {explained(run.error)}",
    }
    stage = run.stage or (run.error.stage if run.error is not None else "")
    if stage:
        status["runSubState"] = SUB_STATES.get(stage, "Building")
    if run.ended_at:
        status["endTime"] = run.ended_at
    return status


def run_output_body(address: TemplateAddress, output: Output) -> Json:
    """One runOutput: a gallery version or managed image by its id, a VHD by its URI."""
    properties: dict[str, Json] = {"provisioningState": "Succeeded"}
    if output.id:
        properties["artifactId"] = output.id
    if output.uri:
        properties["artifactUri"] = output.uri
    return {
        "id": f"{address.id}/runOutputs/{output.name}",
        "name": output.name,
        "type": f"{TYPE}/runOutputs",
        "properties": properties,
    }


def trigger_body(address: TemplateAddress, trigger: TriggerRecord) -> Json:
    return {
        "id": f"{address.id}/triggers/{trigger.name}",
        "name": trigger.name,
        "type": f"{TYPE}/triggers",
        "properties": {
            "kind": trigger.kind,
            "status": {
                "code": trigger.code,
                "message": trigger.message,
                "time": trigger.changed_at or trigger.created_at,
            },
            "provisioningState": "Succeeded",
        },
    }


def _system_data(authorship: Authorship) -> Json:
    shown = {
        "createdBy": authorship.created_by,
        "createdByType": authorship.created_by_type,
        "createdAt": authorship.created_at,
        "lastModifiedBy": authorship.modified_by,
        "lastModifiedByType": authorship.modified_by_type,
        "lastModifiedAt": authorship.modified_at,
    }
    return {name: value for name, value in shown.items() if value}
