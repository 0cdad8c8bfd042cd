"""The Azure clients, made once per process from the settings."""

from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from shared.settings import Settings


@dataclass(frozen=True)
class ArmClients:
    """One client per resource provider, all of one subscription and sharing one credential."""

    compute: ComputeManagementClient
    network: NetworkManagementClient
    resources: ResourceManagementClient


def make_credential() -> TokenCredential:
    """Azure's own order of credentials; in a Function App that is its managed identity."""
    return DefaultAzureCredential()


def make_arm_clients(settings: Settings, credential: TokenCredential) -> ArmClients:
    scopes = [settings.arm_scope]
    base = settings.arm_endpoint
    subscription = settings.subscription_id
    return ArmClients(
        compute=ComputeManagementClient(credential, subscription, base_url=base, credential_scopes=scopes),
        network=NetworkManagementClient(credential, subscription, base_url=base, credential_scopes=scopes),
        resources=ResourceManagementClient(credential, subscription, base_url=base, credential_scopes=scopes),
    )
