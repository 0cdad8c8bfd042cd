"""Where Kiln meets Azure: read from the environment once, the only thing that differs between places."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.layers import LayerLimits
from shared.domain.operations import PollPolicy
from shared.domain.region_quota import RegionLimits

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PUBLIC_ARM = "https://management.azure.com"
BUS_CONNECTION = "KILN_SERVICEBUS_CONNECTION"  # the name that triggers are bound by


# Whole numbers and their defaults. 0 is no bound; 0 days keep no layer.
BOUNDS = {
    "KILN_MAX_BUILDS_PER_REGION": "0",
    "KILN_MAX_CORES_PER_REGION": "0",
    "KILN_LAYER_DAYS": "7",
    "KILN_MAX_LAYERS_GIB": "0",
}


class SettingsError(Exception):
    """The environment lacks a setting; the message names every missing one."""


@dataclass(frozen=True)
class Settings:
    """Kiln's settings.

    `storage_connection` is a storage connection string; when it is empty, `storage_account` names the account
    that the app's managed identity may use (`https://<account>.blob.core.windows.net`, tables likewise).
    `bus_connection` and `bus_namespace` (`<name>.servicebus.windows.net`) say the same of Service Bus, which
    Kiln does without when both are empty. Scripts and files are fetched from public addresses, and from
    `fetch_networks`. `vault_hosts` are hosts of key vaults outside Azure's own domains.
    """

    subscription_id: str
    arm_endpoint: str = PUBLIC_ARM
    arm_scope: str = PUBLIC_ARM + "/.default"
    storage_connection: str = field(default="", repr=False)
    storage_account: str = ""
    bus_connection: str = field(default="", repr=False)
    bus_namespace: str = ""
    resource_group: str = "kiln"
    location: str = "westeurope"
    poll: PollPolicy = field(default_factory=PollPolicy)
    limits: RegionLimits = field(default_factory=RegionLimits)
    layers: LayerLimits = field(default_factory=LayerLimits)
    ends_before_cleanup: bool = False
    fetch_networks: tuple[Network, ...] = ()
    vault_hosts: tuple[str, ...] = ()


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Builds the settings; raises SettingsError with every problem at once."""
    problems = []
    if not environment.get("KILN_SUBSCRIPTION_ID"):
        problems.append("KILN_SUBSCRIPTION_ID is not set: the subscription in which images are built")
    if not (environment.get("KILN_STORAGE_CONNECTION") or environment.get("KILN_STORAGE_ACCOUNT")):
        problems.append("neither KILN_STORAGE_CONNECTION nor KILN_STORAGE_ACCOUNT is set")
    first = environment.get("KILN_POLL_SECONDS", "1")
    patience = environment.get("KILN_PATIENCE_SECONDS", "3600")
    for name, value in (("KILN_POLL_SECONDS", first), ("KILN_PATIENCE_SECONDS", patience)):
        if not _is_positive(value):
            problems.append(f"{name} is {value!r}: seconds, greater than 0")
    bounds = {name: environment.get(name, default) for name, default in BOUNDS.items()}
    problems += [
        f"{name} is {value!r}: a whole number" for name, value in bounds.items() if not value.isdigit()
    ]
    early = environment.get("KILN_END_BEFORE_CLEANUP", "false")
    if early not in ("true", "false"):
        problems.append(f"KILN_END_BEFORE_CLEANUP is {early!r}: true or false")
    networks: tuple[Network, ...] = ()
    try:
        networks = tuple(map(ipaddress.ip_network, _parts(environment.get("KILN_FETCH_NETWORKS", ""))))
    except ValueError as error:
        problems.append(f"KILN_FETCH_NETWORKS: {error}")
    if problems:
        raise SettingsError("; ".join(problems))
    return Settings(
        subscription_id=environment["KILN_SUBSCRIPTION_ID"],
        arm_endpoint=environment.get("KILN_ARM_ENDPOINT", PUBLIC_ARM).rstrip("/"),
        arm_scope=environment.get("KILN_ARM_SCOPE", PUBLIC_ARM + "/.default"),
        storage_connection=environment.get("KILN_STORAGE_CONNECTION", ""),
        storage_account=environment.get("KILN_STORAGE_ACCOUNT", ""),
        bus_connection=environment.get(BUS_CONNECTION, ""),
        bus_namespace=environment.get(f"{BUS_CONNECTION}__fullyQualifiedNamespace", ""),
        resource_group=environment.get("KILN_RESOURCE_GROUP", "kiln"),
        location=environment.get("KILN_LOCATION", "westeurope"),
        poll=PollPolicy(
            first_seconds=float(first),
            longest_seconds=max(60.0, float(first)),
            patience_seconds=float(patience),
        ),
        limits=RegionLimits(
            int(bounds["KILN_MAX_BUILDS_PER_REGION"]), int(bounds["KILN_MAX_CORES_PER_REGION"])
        ),
        layers=LayerLimits(int(bounds["KILN_LAYER_DAYS"]), int(bounds["KILN_MAX_LAYERS_GIB"])),
        ends_before_cleanup=early == "true",
        fetch_networks=networks,
        vault_hosts=tuple(_parts(environment.get("KILN_VAULT_HOSTS", ""))),
    )


def has_bus(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a Service Bus to listen to: without one, its triggers are not registered."""
    return bool(
        environment.get(BUS_CONNECTION) or environment.get(f"{BUS_CONNECTION}__fullyQualifiedNamespace")
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_positive(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False
