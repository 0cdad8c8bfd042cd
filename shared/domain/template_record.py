"""A stored image template: the document its owner sent, and what Kiln knows about it.

States and codes: Microsoft.VirtualMachineImages 2025-10-01, `ProvisioningState` and `ProvisioningError`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.errors import BuildError


class ProvisioningState(StrEnum):
    CREATING = "Creating"
    UPDATING = "Updating"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


UNDER_WAY = frozenset({ProvisioningState.CREATING, ProvisioningState.UPDATING})


@dataclass(frozen=True)
class TemplateAddress:
    """The parts of a template's ARM id, spelled as its creator spelled them; ARM compares without case."""

    subscription_id: str
    resource_group: str
    name: str

    @property
    def id(self) -> str:
        """The full ARM id."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.VirtualMachineImages/imageTemplates/{self.name}"
        )


@dataclass(frozen=True)
class TriggerRecord:
    """A trigger of a template. `code` is "Healthy" while it may start builds; times are UTC, ISO 8601.

    `started_for` is the newest exact version that a build was started for, `failures` how many of those
    builds failed in a row, `settled_run` the last one that was counted.
    """

    name: str
    kind: str
    created_at: str
    code: str = "Healthy"
    message: str = "Trigger is active."
    changed_at: str = ""
    started_for: str = ""
    failures: int = 0
    settled_run: str = ""


@dataclass(frozen=True)
class Authorship:
    """ARM's systemData: who wrote the template first and last; times are UTC, ISO 8601."""

    created_by: str = ""
    created_by_type: str = ""
    created_at: str = ""
    modified_by: str = ""
    modified_by_type: str = ""
    modified_at: str = ""


@dataclass(frozen=True)
class TemplateRecord:
    """One template in the catalog.

    `document` is the body as it was sent in `api_version`, without read-only fields. `operation` is the id of
    the last create or update, also its orchestration's instance id. `last_run` is the run started last;
    `outputs` maps a run output's name to the run that published it, of the runs before the last.
    """

    address: TemplateAddress
    location: str
    document: dict[str, object]
    api_version: str
    state: ProvisioningState
    operation: str
    error: BuildError | None = None
    last_run: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    triggers: tuple[TriggerRecord, ...] = ()
    authorship: Authorship = Authorship()
