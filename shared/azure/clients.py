"""The Azure clients, made once per process from the settings."""

from dataclasses import dataclass
from typing import Any

from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from shared.azure.sdk_models import guard_models
from shared.azure.throttling import Throttle, ThrottlePolicy
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
    """Clients that neither repeat a call nor wait long: orchestrations do both, by durable timers."""
    guard_models()
    options: dict[str, Any] = {
        "base_url": settings.arm_endpoint,
        "credential_scopes": [settings.arm_scope],
        "per_call_policies": [ThrottlePolicy(Throttle())],
        "retry_total": 0,
    }
    subscription = settings.subscription_id
    return ArmClients(
        compute=ComputeManagementClient(credential, subscription, **options),
        network=NetworkManagementClient(credential, subscription, **options),
        resources=ResourceManagementClient(credential, subscription, **options),
    )
