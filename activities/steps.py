"""The template's customizers and validators, each a script in a VM."""

from activities.scripts import start_once
from shared.azure import run_command, vm
from shared.azure.key_vault import read_secret
from shared.azure.run_command import Script
from shared.domain.build import StepCall
from shared.domain.names import step_script
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan, PlannedStep
from shared.services import Services


def start_step(services: Services, call: StepCall) -> OperationRef:
    """Starts the script of a step; its secrets are read now and go to the VM alone."""
    plan = services.documents.settled_plan(call.run_id)
    step = plan.step(call.phase, call.index)
    name = step_script(call.phase, call.index, call.rounds)
    script = Script(
        name=_command(plan, call),
        vm=plan.vm_of(call.phase),
        blob=step.script_blob,
        log_blob=services.documents.log_path(plan.run_id, name),
        parameters=_parameters(services, step),
        protected=_secrets(services, step),
        blob_parameters={"KILN_ARTIFACT_URI": step.artifact_blob} if step.artifact_blob else {},
        timeout_seconds=step.timeout_seconds,
    )
    return start_once(services, plan, script)


def _parameters(services: Services, step: PlannedStep) -> dict[str, str]:
    if not step.artifact_blob:
        return step.environment
    return {**step.environment, "KILN_ARTIFACT_SHA256": services.blobs.digest(step.artifact_blob)}


def _secrets(services: Services, step: PlannedStep) -> dict[str, str]:
    hosts = services.settings.vault_hosts
    return {key: read_secret(uri, services.credential, hosts) for key, uri in step.secrets.items()}


def restart_step_vm(services: Services, call: StepCall) -> OperationRef:
    """Restarts the VM of a step; twice is slower than once, and nothing else."""
    plan = services.documents.settled_plan(call.run_id)
    return vm.restart_vm(services.arm.compute, plan, plan.vm_of(call.phase))


def forget_step(services: Services, call: StepCall) -> OperationRef:
    """Deletes the Run Command of a step that ended long ago: Azure keeps at most 25 on a VM."""
    plan = services.documents.settled_plan(call.run_id)
    return run_command.delete_script(services.arm.compute, plan, plan.vm_of(call.phase), _command(plan, call))


def _command(plan: BuildPlan, call: StepCall) -> str:
    return plan.names.script(plan.run_id, step_script(call.phase, call.index, call.rounds))
