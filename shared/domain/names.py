"""Every name that a run gives to something in Azure, derived from the run id alone."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.planned_vm import Role

RUN_ID = re.compile(
    r"^(?P<template>[A-Za-z0-9\-_.]{1,64})-(?P<time>[0-9]{8}T[0-9]{6})-(?P<hex>[0-9a-f]{6})\Z"
)
MOST_OF_TEMPLATE = 50  # characters
_NAMESPACE = uuid.UUID("6f0d7f0e-3a52-5c41-9d43-6b1c50a3a0f4")


def new_run_id(template: str, now: datetime, entropy: str) -> str:
    """`<template>-<UTC yyyymmddThhmmss>-<6 hex>`; `entropy` is any string unique to the request."""
    digest = hashlib.sha256(f"{template} {now.isoformat()} {entropy}".encode()).hexdigest()
    return f"{template}-{now.astimezone(UTC):%Y%m%dT%H%M%S}-{digest[:6]}"


def claimed_run_id(template: str, at: datetime, cause: str, instance_id: str) -> str:
    """The run that the orchestration `instance_id` starts for a cause, at a time to the second."""
    return new_run_id(template, at.replace(microsecond=0), f"{cause} {instance_id}")


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

    def vm(self, role: Role) -> str:
        return f"{'kiln' if role is Role.BUILD else 'kilnv'}{self.short}"

    def of(self, kind: str, role: Role = Role.BUILD) -> str:
        """The name of a resource of that kind (`nic`, `os`, `vnet` …); the validation VM's say so."""
        return f"kiln-{kind}{'-v' if role is Role.VALIDATION else ''}-{self.short}"

    def layer(self, template: str, count: int) -> str:
        """The layer with that many customizers in it; at most 80 characters, which tell whose it is."""
        return f"kiln-layer-{template[:MOST_OF_TEMPLATE]}-{count:02d}-{self.short}"

    def gallery(self, kind: str) -> str:
        """Galleries take no hyphen."""
        return f"kiln_{kind}_{self.short}"

    def script(self, run_id: str, name: str) -> str:
        """The managed Run Command of a script; a run that goes on with another's VM has names of its own."""
        return name if run_id == self.run_id else f"{name}-{RunNames(run_id).short}"


DEPROVISION = "deprovision"  # the script that makes the build VM an image


def step_script(phase: str, index: int, rounds: int = 1) -> str:
    """What a step's script is called, in blob storage and as a Run Command: `customize-03`."""
    return f"{phase}-{index:02d}" + (f"-{rounds}" if rounds > 1 else "")
