"""The plan of a run: everything decided when it was staged, stored once and read by every later activity."""

from dataclasses import dataclass, field

from shared.domain.layers import LayerUse
from shared.domain.names import RunNames
from shared.domain.planned_output import GalleryOutput, ImageOutput, VhdOutput
from shared.domain.planned_vm import PlannedVm, Role, StagedImage
from shared.domain.resolved_source import Origin, ResolvedSource
from shared.domain.run import Phase, Stage
from shared.domain.template import Cache, OnError, OsState


@dataclass(frozen=True)
class PlannedStep:
    """One customizer or validator: blob paths of its staged script and of the file it needs (or empty).

    `secrets` map a parameter to the Key Vault secret it is read from; `timeout_seconds` of 0 is the rest of
    the build's time. A step that `restarts` begins with a restart of its VM; one with `most_restarts` is run
    again after a restart, that often at most, while it ends with exit code 3010 (Windows: restart required).
    """

    phase: Phase
    index: int
    type: str
    name: str
    script_blob: str
    artifact_blob: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    timeout_seconds: int = 0
    restarts: bool = False
    most_restarts: int = 0
    cache: Cache = Cache.ON


@dataclass(frozen=True)
class StagingGroup:
    """Where the run's resources lie. A group that was there before is `adopted`: it stays, with `tags`."""

    name: str
    adopted: bool = False
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BuildPlan:
    """`created_at` and `expires_at` are UTC, ISO 8601; after `expires_at` anything left may be deleted.

    `stages` are those that the run goes through. `source_image` is what the build VM needs made first,
    `result_image` the same of the validation VM. `snapshot_of` is what outputs that are copied from a disk
    need a snapshot of. `approval_hours` is how long a human has to approve it before it is published, 0 for
    nobody asks. `resources_of` is the run whose resources this one goes on with, "" for its own.
    """

    run_id: str
    template_id: str
    template_name: str
    subscription_id: str
    location: str
    group: StagingGroup
    source: ResolvedSource
    vm_size: str
    os_disk_gb: int
    created_at: str
    expires_at: str
    stages: tuple[Stage, ...] = tuple(Stage)
    os_state: OsState = OsState.GENERALIZED
    vms: tuple[PlannedVm, ...] = ()
    source_image: StagedImage | None = None
    result_image: StagedImage | None = None
    snapshot_of: Origin | None = None
    subnet_id: str | None = None
    identities: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    steps: tuple[PlannedStep, ...] = ()
    validators: tuple[PlannedStep, ...] = ()
    continue_on_invalid: bool = False
    on_customizer_error: OnError = OnError.CLEANUP
    on_validation_error: OnError = OnError.CLEANUP
    galleries: tuple[GalleryOutput, ...] = ()
    images: tuple[ImageOutput, ...] = ()
    vhds: tuple[VhdOutput, ...] = ()
    timeout_seconds: int = 14400
    resources_of: str = ""
    notes: tuple[str, ...] = ()
    approval_hours: int = 0
    layers: LayerUse = field(default_factory=LayerUse)

    @property
    def names(self) -> RunNames:
        return RunNames(self.resources_of or self.run_id)

    @property
    def staging_group(self) -> str:
        return self.group.name

    @property
    def generalizes(self) -> bool:
        return self.os_state is OsState.GENERALIZED

    @property
    def resource_tags(self) -> dict[str, str]:
        """Tags of everything the run makes and will delete again."""
        own = {"kiln-run": self.run_id, "kiln-template": self.template_name, "kiln-expires": self.expires_at}
        return {**self.tags, **own}

    def vm(self, role: Role) -> PlannedVm:
        """The VM of that role; the plan of a run that needs it has it."""
        return next(vm for vm in self.vms if vm.role is role)

    def vm_of(self, phase: Phase) -> PlannedVm:
        """The VM that the steps of a phase run in: validators may look at the source itself."""
        wanted = Role.VALIDATION if phase is Phase.VALIDATE else Role.BUILD
        return next((vm for vm in self.vms if vm.role is wanted), self.vms[0])

    def step(self, phase: Phase, index: int) -> PlannedStep:
        steps = self.validators if phase is Phase.VALIDATE else self.steps
        return next(step for step in steps if step.index == index)

    def resource_id(self, kind: str, name: str) -> str:
        """Full ARM id of a resource in the staging group; `kind` as in `Microsoft.Compute/snapshots`."""
        group = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.staging_group}"
        return f"{group}/providers/{kind}/{name}"
