"""Capture: make the VM forget itself, stop it, and mark it as an image's source."""

from importlib.resources import files

from activities.scripts import start_once
from shared.azure import snapshots, vm
from shared.azure.run_command import Script
from shared.domain.build import RunCall
from shared.domain.operations import OperationRef
from shared.services import Services


def start_deprovision(services: Services, call: RunCall) -> OperationRef:
    """Starts the script that removes what makes one machine differ from another."""
    plan = services.documents.get_plan(call.run_id)
    name = plan.names.deprovision
    script = Script(
        blob=services.documents.script_path(plan.run_id, name),
        log_blob=services.documents.log_path(plan.run_id, name),
    )
    text = files("activities").joinpath("deprovision.sh").read_bytes()
    services.blobs.write(script.blob, text, "text/x-shellscript")
    return start_once(services, plan, name, script)


def deallocate_vm(services: Services, call: RunCall) -> OperationRef:
    return vm.deallocate_vm(services.arm.compute, services.documents.get_plan(call.run_id))


def generalize_vm(services: Services, call: RunCall) -> None:
    vm.generalize_vm(services.arm.compute, services.documents.get_plan(call.run_id))


def create_snapshot(services: Services, call: RunCall) -> OperationRef:
    """For outputs that are copied from the disk rather than from the VM."""
    return snapshots.put_snapshot(services.arm.compute, services.documents.get_plan(call.run_id))
