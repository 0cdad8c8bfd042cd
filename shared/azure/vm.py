"""The build VM: reached through its agent alone, gone with the run."""

import base64
import hashlib

from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
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
)

from shared.azure.errors import azure_errors
from shared.azure.starting import start
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan

ADMIN = "kiln"


def put_vm(client: ComputeManagementClient, plan: BuildPlan) -> OperationRef:
    """Creates the VM from the exact source version; its disk and interface are deleted with it."""
    vm = VirtualMachine(
        location=plan.location,
        tags=plan.resource_tags,
        identity=_identity(plan),
        plan=_purchase_plan(plan),
        properties=VirtualMachineProperties(
            hardware_profile=HardwareProfile(vm_size=plan.vm_size),
            storage_profile=StorageProfile(image_reference=_image(plan), os_disk=_os_disk(plan)),
            os_profile=_os_profile(plan),
            network_profile=_network(plan),
        ),
    )
    with azure_errors("create the build VM"):
        return start(
            vm_id(plan),
            client.virtual_machines.begin_create_or_update,
            plan.staging_group,
            plan.names.vm,
            vm,
        )


def vm_id(plan: BuildPlan) -> str:
    """Full ARM id of the run's build VM."""
    return plan.resource_id("Microsoft.Compute/virtualMachines", plan.names.vm)


def deallocate_vm(client: ComputeManagementClient, plan: BuildPlan) -> OperationRef:
    with azure_errors("deallocate the build VM"):
        return start(vm_id(plan), client.virtual_machines.begin_deallocate, plan.staging_group, plan.names.vm)


def generalize_vm(client: ComputeManagementClient, plan: BuildPlan) -> None:
    """Marks the deallocated VM as generalized, which cannot be undone; twice is as good as once."""
    with azure_errors("generalize the build VM"):
        client.virtual_machines.generalize(plan.staging_group, plan.names.vm)


def _image(plan: BuildPlan) -> ImageReference:
    source = plan.source
    if source.image_id:
        return ImageReference(id=source.image_id)
    return ImageReference(
        publisher=source.publisher, offer=source.offer, sku=source.sku, version=source.version
    )


def _os_disk(plan: BuildPlan) -> OSDisk:
    return OSDisk(
        name=plan.names.os_disk,
        create_option="FromImage",
        delete_option="Delete",
        disk_size_gb=plan.os_disk_gb or None,
        managed_disk=ManagedDiskParameters(storage_account_type="Premium_LRS"),
    )


def _os_profile(plan: BuildPlan) -> OSProfile:
    """An account that nobody can log in to: its public key is a hash, so it has no private half.

    The same run gives the same key, because Azure refuses a second PUT that changes the profile.
    """
    key = SshPublicKey(path=f"/home/{ADMIN}/.ssh/authorized_keys", key_data=_nobodys_key(plan.run_id))
    linux = LinuxConfiguration(
        disable_password_authentication=True,
        ssh=SshConfiguration(public_keys=[key]),
        provision_vm_agent=True,
    )
    return OSProfile(computer_name=plan.names.vm, admin_username=ADMIN, linux_configuration=linux)


def _nobodys_key(run_id: str) -> str:
    kind = b"ssh-ed25519"
    point = hashlib.sha256(f"kiln {run_id}".encode()).digest()
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind, point))
    return f"{kind.decode()} {base64.b64encode(blob).decode()} {ADMIN}"


def _network(plan: BuildPlan) -> NetworkProfile:
    nic_id = plan.resource_id("Microsoft.Network/networkInterfaces", plan.names.nic)
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
