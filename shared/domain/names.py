"""Every name that a run gives to something in Azure, derived from the run id alone."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

RUN_ID = re.compile(r"^(?P<template>[A-Za-z0-9\-_.]{1,64})-(?P<time>\d{8}T\d{6})-(?P<hex>[0-9a-f]{6})$")
_NAMESPACE = uuid.UUID("6f0d7f0e-3a52-5c41-9d43-6b1c50a3a0f4")


def new_run_id(template: str, now: datetime, entropy: str) -> str:
    """`<template>-<UTC yyyymmddThhmmss>-<6 hex>`; `entropy` is any string unique to the request."""
    digest = hashlib.sha256(f"{template} {now.isoformat()} {entropy}".encode()).hexdigest()
    return f"{template}-{now.astimezone(UTC):%Y%m%dT%H%M%S}-{digest[:6]}"


def started_at(run_id: str) -> datetime:
    """The time in a run id; raises ValueError when it is not one."""
    match = RUN_ID.match(run_id)
    if match is None:
        raise ValueError(f"{run_id!r} is not a run id")
    return datetime.strptime(match["time"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def staging_group(resource_group: str, template: str, key: str) -> str:
    """`IT_<DestRG>_<Template>_<GUID>` as AIB names it, within ARM's 90 characters; `key` gives the GUID."""
    guid = uuid.uuid5(_NAMESPACE, key)
    room = 90 - len(f"IT___{guid}")
    group = resource_group[: room // 2]
    return f"IT_{group}_{template[: room - len(group)]}_{guid}"


@dataclass(frozen=True)
class RunNames:
    """Names of one run's resources; Azure's limits are shorter than a run id, so they carry its hash."""

    run_id: str

    @property
    def short(self) -> str:
        """Ten hex digits; with the prefix below at most 15 characters, Windows' computer name limit."""
        return hashlib.sha256(self.run_id.encode()).hexdigest()[:10]

    @property
    def vm(self) -> str:
        return f"kiln{self.short}"

    @property
    def os_disk(self) -> str:
        return f"kiln-os-{self.short}"

    @property
    def nic(self) -> str:
        return f"kiln-nic-{self.short}"

    @property
    def vnet(self) -> str:
        return f"kiln-vnet-{self.short}"

    @property
    def nsg(self) -> str:
        return f"kiln-nsg-{self.short}"

    @property
    def snapshot(self) -> str:
        return f"kiln-snap-{self.short}"

    def step(self, index: int) -> str:
        """The managed Run Command of customizer `index`."""
        return f"customize-{index:02d}"

    deprovision = "deprovision"
