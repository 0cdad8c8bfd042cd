"""Capture: make the VM forget itself, stop it, and mark it as an image's source."""

from importlib.resources import files

from activities.scripts import start_once
from shared.azure import snapshots, vm
from shared.azure.run_command import Script
from shared.customizers.linux_script import with_layers
from shared.domain.build import RunCall
from shared.domain.names import DEPROVISION
from shared.domain.operations import OperationRef
from shared.domain.planned_vm import Role
from shared.services import Services


def start_deprovision(services: Services, call: RunCall) -> OperationRef:
    """Starts the script that removes what makes one machine differ from another."""
    plan = services.documents.settled_plan(call.run_id)
    script = Script(
        name=plan.names.script(plan.run_id, DEPROVISION),
        vm=plan.vm(Role.BUILD),
        blob=services.documents.script_path(plan.run_id, DEPROVISION),
        log_blob=services.documents.log_path(plan.run_id, DEPROVISION),
    )
    name = "deprovision.ps1" if plan.source.windows else "deprovision.sh"
    text = files("activities").joinpath(name).read_text(encoding="utf-8")
    if not plan.layers.off:
        text = with_layers(text, plan.run_id)
    services.blobs.write(script.blob, text.encode(), "text/plain")
    return start_once(services, plan, script)


def deallocate_vm(services: Services, call: RunCall) -> OperationRef:
    plan = services.documents.settled_plan(call.run_id)
    return vm.deallocate_vm(services.arm.compute, plan, plan.vm(Role.BUILD))


def generalize_vm(services: Services, call: RunCall) -> None:
    plan = services.documents.settled_plan(call.run_id)
    vm.generalize_vm(services.arm.compute, plan, plan.vm(Role.BUILD))


def create_snapshot(services: Services, call: RunCall) -> OperationRef:
    """For outputs that are copied from the disk rather than from the VM."""
    return snapshots.put_snapshot(services.arm.compute, services.documents.settled_plan(call.run_id))
