"""The VMs of a run: reached through their agent alone, gone with the run."""

import base64
import hashlib
import secrets

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
    DataDisk,
    HardwareProfile,
    ImageReference,
    LinuxConfiguration,
    ManagedDiskParameters,
    NetworkInterfaceReference,
    NetworkInterfaceReferenceProperties,
    NetworkProfile,
    OSDisk,
    OSProfile,
    Plan,
    SshConfiguration,
    SshPublicKey,
    StorageProfile,
    UserAssignedIdentitiesValue,
    VirtualMachine,
    VirtualMachineIdentity,
    VirtualMachineProperties,
    WindowsConfiguration,
)

from shared.azure.errors import azure_errors, is_absent
from shared.azure.starting import start
from shared.azure.values import text
from shared.domain.errors import BuildError
from shared.domain.operations import OperationKind, OperationRef, OperationState, OperationStatus
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import PlannedVm

ADMIN = "kiln"
DISK_TYPE = "Premium_LRS"
SHARED_GALLERIES = "/sharedgalleries/"


def put_vm(client: ComputeManagementClient, plan: BuildPlan, vm: PlannedVm) -> OperationRef:
    """Creates the VM; its disks and its interface are deleted with it.

    A Windows VM that was already asked for is not asked for again: its password is a new one in each request,
    and Azure refuses to change it.
    """
    if plan.source.windows and _is_there(client, plan, vm):
        return OperationRef(OperationKind.VM, vm_id(plan, vm))
    body = VirtualMachine(
        location=plan.location,
        tags=plan.resource_tags,
        identity=_identity(plan),
        plan=_purchase_plan(plan),
        properties=VirtualMachineProperties(
            hardware_profile=HardwareProfile(vm_size=plan.vm_size),
            storage_profile=_storage(plan, vm),
            os_profile=_os_profile(plan, vm) if vm.provisioned else None,
            network_profile=_network(plan, vm),
        ),
    )
    with azure_errors(f"create the {vm.role} VM"):
        return start(
            vm_id(plan, vm),
            client.virtual_machines.begin_create_or_update,
            plan.staging_group,
            vm.name,
            body,
        )


def vm_id(plan: BuildPlan, vm: PlannedVm) -> str:
    """The VM's full ARM id."""
    return plan.resource_id("Microsoft.Compute/virtualMachines", vm.name)


def poll_vm(client: ComputeManagementClient, resource_id: str) -> OperationStatus:
    """Whether a VM whose operation nobody knows any more has been made."""
    parts = resource_id.split("/")
    with azure_errors(f"look at VM {parts[8]}"):
        properties = client.virtual_machines.get(parts[4], parts[8]).properties
    state = text(properties.provisioning_state if properties else None, "Creating")
    if state == "Failed":
        error = BuildError("VmFailed", f"VM {parts[8]} could not be created")
        return OperationStatus(OperationState.FAILED, error=error)
    ended = state == "Succeeded"
    return OperationStatus(OperationState.SUCCEEDED if ended else OperationState.IN_PROGRESS)


def restart_vm(client: ComputeManagementClient, plan: BuildPlan, vm: PlannedVm) -> OperationRef:
    with azure_errors(f"restart the {vm.role} VM"):
        return start(vm_id(plan, vm), client.virtual_machines.begin_restart, plan.staging_group, vm.name)


def deallocate_vm(client: ComputeManagementClient, plan: BuildPlan, vm: PlannedVm) -> OperationRef:
    with azure_errors(f"deallocate the {vm.role} VM"):
        return start(vm_id(plan, vm), client.virtual_machines.begin_deallocate, plan.staging_group, vm.name)


def generalize_vm(client: ComputeManagementClient, plan: BuildPlan, vm: PlannedVm) -> None:
    """Marks the deallocated VM as generalized, which cannot be undone; twice is as good as once."""
    with azure_errors(f"generalize the {vm.role} VM"):
        client.virtual_machines.generalize(plan.staging_group, vm.name)


def _is_there(client: ComputeManagementClient, plan: BuildPlan, vm: PlannedVm) -> bool:
    with azure_errors(f"look for the {vm.role} VM"):
        try:
            client.virtual_machines.get(plan.staging_group, vm.name)
        except HttpResponseError as error:
            if is_absent(error):
                return False
            raise
        return True


def _storage(plan: BuildPlan, vm: PlannedVm) -> StorageProfile:
    if vm.disk_id:
        attached = OSDisk(
            create_option="Attach",
            os_type=plan.source.os_type,
            delete_option="Delete",
            managed_disk=ManagedDiskParameters(id=vm.disk_id),
        )
        return StorageProfile(os_disk=attached, data_disks=_data_disks(vm))
    disk = OSDisk(
        name=vm.os_disk,
        create_option="FromImage",
        delete_option="Delete",
        disk_size_gb=plan.os_disk_gb or None,
        managed_disk=ManagedDiskParameters(storage_account_type=DISK_TYPE),
    )
    return StorageProfile(image_reference=_image(plan, vm), os_disk=disk, data_disks=_data_disks(vm))


def _image(plan: BuildPlan, vm: PlannedVm) -> ImageReference:
    if vm.image_id.lower().startswith(SHARED_GALLERIES):
        return ImageReference(shared_gallery_image_id=vm.image_id)
    if vm.image_id:
        return ImageReference(id=vm.image_id)
    source = plan.source
    return ImageReference(
        publisher=source.publisher, offer=source.offer, sku=source.sku, version=source.version
    )


def _data_disks(vm: PlannedVm) -> list[DataDisk] | None:
    """Empty disks; those of the image come by themselves."""
    disks = [
        DataDisk(
            lun=vm.first_lun + number,
            create_option="Empty",
            disk_size_gb=size,
            delete_option="Delete",
            managed_disk=ManagedDiskParameters(storage_account_type=DISK_TYPE),
        )
        for number, size in enumerate(vm.data_disks_gb)
    ]
    return disks or None


def _os_profile(plan: BuildPlan, vm: PlannedVm) -> OSProfile:
    """An account that nobody can log in to: a key without a private half, a password that is thrown away.

    The same run gives the same key, because Azure refuses a second PUT that changes the profile.
    """
    if plan.source.windows:
        windows = WindowsConfiguration(provision_vm_agent=True, enable_automatic_updates=False)
        password = secrets.token_urlsafe(48) + "aA1!"
        return OSProfile(
            computer_name=vm.name,
            admin_username=ADMIN,
            admin_password=password,
            windows_configuration=windows,
        )
    key = SshPublicKey(path=f"/home/{ADMIN}/.ssh/authorized_keys", key_data=_nobodys_key(plan.run_id))
    linux = LinuxConfiguration(
        disable_password_authentication=True,
        ssh=SshConfiguration(public_keys=[key]),
        provision_vm_agent=True,
    )
    return OSProfile(computer_name=vm.name, admin_username=ADMIN, linux_configuration=linux)


def _nobodys_key(run_id: str) -> str:
    kind = b"ssh-ed25519"
    point = hashlib.sha256(f"kiln {run_id}".encode()).digest()
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind, point))
    return f"{kind.decode()} {base64.b64encode(blob).decode()} {ADMIN}"


def _network(plan: BuildPlan, vm: PlannedVm) -> NetworkProfile:
    nic_id = plan.resource_id("Microsoft.Network/networkInterfaces", vm.nic)
    reference = NetworkInterfaceReference(
        id=nic_id, properties=NetworkInterfaceReferenceProperties(primary=True, delete_option="Delete")
    )
    return NetworkProfile(network_interfaces=[reference])


def _identity(plan: BuildPlan) -> VirtualMachineIdentity | None:
    if not plan.identities:
        return None
    assigned = {identity: UserAssignedIdentitiesValue() for identity in plan.identities}
    return VirtualMachineIdentity(type="UserAssigned", user_assigned_identities=assigned)


def _purchase_plan(plan: BuildPlan) -> Plan | None:
    bought = plan.source.purchase_plan
    return Plan(name=bought.name, product=bought.product, publisher=bought.publisher) if bought else None
