"""Managed Run Commands (v2): how a script runs in the build VM without any way in."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
    RunCommandInputParameter,
    VirtualMachineRunCommand,
    VirtualMachineRunCommandInstanceView,
    VirtualMachineRunCommandProperties,
    VirtualMachineRunCommandScriptSource,
)

from shared.azure.errors import azure_errors, is_absent
from shared.azure.starting import start, start_unless_absent
from shared.azure.storage import BlobStore
from shared.azure.values import text
from shared.azure.vm import vm_id
from shared.domain.errors import BuildError
from shared.domain.operations import OperationKind, OperationRef, OperationState, OperationStatus
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import PlannedVm

RUNNING = frozenset({"Unknown", "Pending", "Running"})
OUTPUT_TAIL = 2000  # characters of output that an error carries
SAS_MARGIN = timedelta(hours=1)


@dataclass(frozen=True)
class Script:
    """What runs under `name` in `vm`; `blob` and `log_blob` are blob paths of the script and its output.

    `parameters` reach it as environment variables and are kept by Azure; so do `protected`, which nobody
    can read back, and `blob_parameters`, whose values are blob paths and become URLs to read them by.
    """

    name: str
    vm: PlannedVm
    blob: str
    log_blob: str
    parameters: dict[str, str] = field(default_factory=dict)
    protected: dict[str, str] = field(default_factory=dict, repr=False)
    blob_parameters: dict[str, str] = field(default_factory=dict)
    timeout_seconds: int = 0


def start_script(
    client: ComputeManagementClient, store: BlobStore, plan: BuildPlan, script: Script
) -> OperationRef:
    """Starts the script in its VM; its output grows in the append blob `script.log_blob`."""
    lifetime = timedelta(seconds=plan.timeout_seconds) + SAS_MARGIN
    urls = {key: store.read_url(blob, lifetime) for key, blob in script.blob_parameters.items()}
    command = VirtualMachineRunCommand(
        location=plan.location,
        tags=plan.resource_tags,
        properties=VirtualMachineRunCommandProperties(
            source=VirtualMachineRunCommandScriptSource(script_uri=store.read_url(script.blob, lifetime)),
            parameters=_parameters(script.parameters),
            protected_parameters=_parameters({**script.protected, **urls}),
            async_execution=True,
            timeout_in_seconds=script.timeout_seconds or plan.timeout_seconds,
            output_blob_uri=store.append_url(script.log_blob, lifetime),
        ),
    )
    with azure_errors(f"start {script.name} in the {script.vm.role} VM"):
        operation = start(
            vm_id(plan, script.vm),
            client.virtual_machine_run_commands.begin_create_or_update,
            plan.staging_group,
            script.vm.name,
            script.name,
            command,
        )
    return replace(
        reference(plan, script), url=operation.url, retry_after_seconds=operation.retry_after_seconds
    )


def _parameters(values: dict[str, str]) -> list[RunCommandInputParameter] | None:
    return [RunCommandInputParameter(name=key, value=value) for key, value in values.items()] or None


def exists(client: ComputeManagementClient, plan: BuildPlan, script: Script) -> bool:
    """Whether the Run Command was already asked for; a second PUT would run its script again."""
    with azure_errors(f"look for {script.name}"):
        try:
            client.virtual_machine_run_commands.get_by_virtual_machine(
                plan.staging_group, script.vm.name, script.name
            )
        except HttpResponseError as error:
            if is_absent(error):
                return False
            raise
        return True


def reference(plan: BuildPlan, script: Script) -> OperationRef:
    """The same step of the same template takes about as long each time."""
    step = script.log_blob.rpartition("/")[2]
    return OperationRef(
        OperationKind.RUN_COMMAND,
        f"{vm_id(plan, script.vm)}/runCommands/{script.name}",
        what=f"{plan.location} {plan.template_name} {step}",
    )


def delete_script(client: ComputeManagementClient, plan: BuildPlan, vm: PlannedVm, name: str) -> OperationRef:
    """Makes room for another script: Azure keeps at most 25 Run Commands on a VM."""
    with azure_errors(f"delete Run Command {name}"):
        return start_unless_absent(
            f"{vm_id(plan, vm)}/runCommands/{name}",
            client.virtual_machine_run_commands.begin_delete,
            plan.staging_group,
            vm.name,
            name,
        )


def poll_script(client: ComputeManagementClient, resource_id: str) -> OperationStatus:
    """Reads the instance view once; a non-zero exit code is a failure with the last lines of output."""
    parts = resource_id.split("/")
    group, vm, name = parts[4], parts[8], parts[10]
    with azure_errors(f"read the state of {name}"):
        command = client.virtual_machine_run_commands.get_by_virtual_machine(
            group, vm, name, expand="instanceView"
        )
    properties = command.properties
    view = properties.instance_view if properties else None
    running = view is None or text(view.execution_state, "Unknown") in RUNNING
    if properties is not None and properties.provisioning_state == "Failed" and running:
        message = "the VM agent could not run the script"
        return OperationStatus(OperationState.FAILED, error=BuildError("RunCommandFailed", message))
    if view is None or running:
        return OperationStatus(OperationState.IN_PROGRESS)
    return _ended(view)


def _ended(view: VirtualMachineRunCommandInstanceView) -> OperationStatus:
    if view.execution_state == "Succeeded" and not view.exit_code:
        return OperationStatus(OperationState.SUCCEEDED, exit_code=view.exit_code or 0)
    lines = "\n".join(part for part in (view.output, view.error) if part)
    details = {"exitCode": str(view.exit_code), "output": lines[-OUTPUT_TAIL:].strip()}
    if view.execution_state == "TimedOut":
        error = BuildError("ScriptTimedOut", "the script did not end in time", details=details)
    else:
        reason = view.execution_message or f"exit code {view.exit_code}"
        error = BuildError("ScriptFailed", f"the script failed: {reason}", details=details)
    return OperationStatus(OperationState.FAILED, error=error, exit_code=view.exit_code)
