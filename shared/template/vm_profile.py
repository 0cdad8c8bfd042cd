"""The build VM: its size, disk, identities and network."""

from shared.domain.template import VmProfile
from shared.reading.arm_id import SUBNET, USER_ASSIGNED_IDENTITY, arm_id_rule
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import vm_size

# learn.microsoft.com, "Azure Compute Gallery": the OS disk of an image version.
MAX_OS_DISK_GB = 4095

_is_identity = arm_id_rule(USER_ASSIGNED_IDENTITY)
_is_subnet = arm_id_rule(SUBNET)


def read_vm_profile(properties: ObjectReader) -> VmProfile:
    """Whether the size fits the source and the disk is large enough is seen when a run is staged."""
    profile = properties.child("vmProfile")
    if profile is None:
        return VmProfile()
    profile.has("userAssignedIdentities", since="2021-10-01")
    network = profile.child("vnetConfig")
    if network is not None:
        _check_network(network)
    return VmProfile(
        vm_size=profile.text("vmSize", rule=vm_size),
        os_disk_size_gb=profile.integer("osDiskSizeGB", minimum=0, maximum=MAX_OS_DISK_GB, default=0),
        user_assigned_identities=profile.texts("userAssignedIdentities", rule=_required_identity),
        subnet_id=_subnet(network, "subnetId"),
        container_subnet_id=_subnet(network, "containerInstanceSubnetId"),
        proxy_vm_size=network.text("proxyVmSize", rule=vm_size) if network else "",
    )


def vm_profile_to_json(profile: VmProfile) -> JsonObject:
    network: JsonObject = {
        "subnetId": profile.subnet_id,
        "containerInstanceSubnetId": profile.container_subnet_id,
        "proxyVmSize": profile.proxy_vm_size,
    }
    return without_empty(
        {
            "vmSize": profile.vm_size,
            "osDiskSizeGB": profile.os_disk_size_gb or None,
            "userAssignedIdentities": list(profile.user_assigned_identities),
            "vnetConfig": without_empty(network),
        }
    )


def _required_identity(text: str) -> str | None:
    return _is_identity(text) if text else "must not be empty"


def _subnet(network: ObjectReader | None, name: str) -> str | None:
    return (network.text(name, rule=_is_subnet) or None) if network else None


def _check_network(network: ObjectReader) -> None:
    """AIB runs Packer in a container instance behind a proxy VM; Kiln has neither, but keeps AIB's rules."""
    network.has("containerInstanceSubnetId", since="2024-02-01")
    subnet, container_subnet = _subnet(network, "subnetId"), _subnet(network, "containerInstanceSubnetId")
    if container_subnet and not network.is_filled("subnetId"):
        network.problem_at("containerInstanceSubnetId", "needs subnetId beside it")
    if container_subnet and network.is_filled("proxyVmSize"):
        network.problem_at("proxyVmSize", "must not be given beside containerInstanceSubnetId")
    if container_subnet and subnet:
        _check_container_subnet(network, subnet.lower(), container_subnet.lower())


def _check_container_subnet(network: ObjectReader, subnet: str, container_subnet: str) -> None:
    if subnet == container_subnet:
        network.problem_at("containerInstanceSubnetId", "must be another subnet than subnetId")
    elif subnet.rpartition("/subnets/")[0] != container_subnet.rpartition("/subnets/")[0]:
        network.problem_at("containerInstanceSubnetId", "must be in the virtual network of subnetId")
