"""The plan of a run: everything decided when it was staged, stored once and read by every later activity."""

from dataclasses import dataclass, field

from shared.domain.names import RunNames
from shared.domain.template import PurchasePlan, TargetRegion


@dataclass(frozen=True)
class ResolvedSource:
    """The exact source image. `image_id` is the gallery version's full ARM id, empty for a platform image."""

    version: str
    generation: str
    architecture: str
    os_disk_gb: int
    publisher: str = ""
    offer: str = ""
    sku: str = ""
    image_id: str = ""
    purchase_plan: PurchasePlan | None = None

    @property
    def description(self) -> str:
        """URN of a platform image, ARM id of a gallery version."""
        return self.image_id or f"{self.publisher}:{self.offer}:{self.sku}:{self.version}"


@dataclass(frozen=True)
class PlannedStep:
    """One customizer: blob paths of its staged script and of the file it needs (empty when none)."""

    index: int
    type: str
    name: str
    script_blob: str
    artifact_blob: str = ""


@dataclass(frozen=True)
class GalleryOutput:
    """A gallery version to publish; `version_id` is its full ARM id, `location` the definition's region."""

    name: str
    version_id: str
    version: str
    location: str
    target_regions: tuple[TargetRegion, ...]
    exclude_from_latest: bool
    replication_mode: str
    tags: dict[str, str] = field(default_factory=dict)

    type = "SharedImage"


@dataclass(frozen=True)
class VhdOutput:
    """A VHD to write to `blob_path`: `container/name` in Kiln's storage account, or the template's URI."""

    name: str
    blob_path: str
    metadata: dict[str, str] = field(default_factory=dict)

    type = "VHD"


@dataclass(frozen=True)
class BuildPlan:
    """`created_at` and `expires_at` are UTC, ISO 8601; after `expires_at` anything left may be deleted."""

    run_id: str
    template_id: str
    template_name: str
    subscription_id: str
    location: str
    staging_group: str
    source: ResolvedSource
    vm_size: str
    os_disk_gb: int
    created_at: str
    expires_at: str
    subnet_id: str | None = None
    identities: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    steps: tuple[PlannedStep, ...] = ()
    galleries: tuple[GalleryOutput, ...] = ()
    vhds: tuple[VhdOutput, ...] = ()
    timeout_seconds: int = 14400

    @property
    def names(self) -> RunNames:
        return RunNames(self.run_id)

    @property
    def resource_tags(self) -> dict[str, str]:
        """Tags of everything the run makes and will delete again."""
        own = {"kiln-run": self.run_id, "kiln-template": self.template_name, "kiln-expires": self.expires_at}
        return {**self.tags, **own}

    def resource_id(self, kind: str, name: str) -> str:
        """Full ARM id of a resource in the staging group; `kind` as in `Microsoft.Compute/snapshots`."""
        group = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.staging_group}"
        return f"{group}/providers/{kind}/{name}"
