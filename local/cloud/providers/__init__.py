"""One package per resource provider, one file per resource type; `RESOURCE_TYPES` and `readings` list
them."""

from __future__ import annotations

from local.cloud.providers.microsoft_compute.disks import Disks
from local.cloud.providers.microsoft_compute.galleries import Galleries
from local.cloud.providers.microsoft_compute.gallery_images import GalleryImages
from local.cloud.providers.microsoft_compute.gallery_versions import GalleryVersions
from local.cloud.providers.microsoft_compute.images import Images
from local.cloud.providers.microsoft_compute.machine_size_lists import MachineSizeReadings
from local.cloud.providers.microsoft_compute.platform_images import PlatformImageReadings
from local.cloud.providers.microsoft_compute.run_commands import RunCommands
from local.cloud.providers.microsoft_compute.scale_sets import VirtualMachineScaleSets
from local.cloud.providers.microsoft_compute.shared_galleries import SharedGalleryReadings
from local.cloud.providers.microsoft_compute.snapshots import Snapshots
from local.cloud.providers.microsoft_compute.virtual_machines import VirtualMachines
from local.cloud.providers.microsoft_key_vault.vault_secrets import VaultSecrets
from local.cloud.providers.microsoft_key_vault.vaults import Vaults
from local.cloud.providers.microsoft_managed_identity.user_assigned_identities import UserAssignedIdentities
from local.cloud.providers.microsoft_network.nat_gateways import NatGateways
from local.cloud.providers.microsoft_network.network_interfaces import NetworkInterfaces
from local.cloud.providers.microsoft_network.network_security_groups import NetworkSecurityGroups
from local.cloud.providers.microsoft_network.public_ip_addresses import PublicIpAddresses
from local.cloud.providers.microsoft_network.subnets import Subnets
from local.cloud.providers.microsoft_network.virtual_networks import VirtualNetworks
from local.cloud.providers.microsoft_resources.deployment_readings import DeploymentReadings
from local.cloud.providers.microsoft_resources.deployments import Deployments
from local.cloud.providers.microsoft_resources.resource_groups import ResourceGroups
from local.cloud.providers.microsoft_resources.resource_lists import ResourceLists
from local.cloud.providers.microsoft_resources.subscriptions import SubscriptionReadings
from local.cloud.readings import Reading
from local.cloud.registry import Registry
from local.cloud.resource_type import ResourceType

RESOURCE_TYPES: tuple[type[ResourceType], ...] = (
    ResourceGroups,
    VirtualNetworks,
    Subnets,
    NetworkSecurityGroups,
    NetworkInterfaces,
    PublicIpAddresses,
    NatGateways,
    UserAssignedIdentities,
    Vaults,
    VaultSecrets,
    Disks,
    Snapshots,
    VirtualMachines,
    VirtualMachineScaleSets,
    RunCommands,
    Images,
    Galleries,
    GalleryImages,
    GalleryVersions,
    Deployments,
)


def readings(registry: Registry) -> list[Reading]:
    """The GETs that are not about one resource."""
    return [
        *SubscriptionReadings(registry).readings(),
        *DeploymentReadings(registry).readings(),
        *ResourceLists(registry).readings(),
        *PlatformImageReadings(registry.cloud).readings(),
        *MachineSizeReadings(registry.cloud).readings(),
        *SharedGalleryReadings(registry.cloud).readings(),
    ]
