"""An image template as Kiln works with it: AIB's ImageTemplate after parsing, every default filled in.

Field meanings: learn.microsoft.com, "Azure VM Image Builder template reference", api-version 2025-10-01.
What is marked as Kiln's own is read only from a template whose `apiVersion` is Kiln's (docs/template.md).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class OsState(StrEnum):
    """Whether an image was deprovisioned (its VMs get a new identity) or kept as the machine it was."""

    GENERALIZED = "Generalized"
    SPECIALIZED = "Specialized"


class OnError(StrEnum):
    """`cleanup` removes what a failed run made; `abort` keeps VM and network until the run expires."""

    CLEANUP = "cleanup"
    ABORT = "abort"


class Cache(StrEnum):
    """How a customizer goes with the layer cache. Kiln's own."""

    ON = "on"
    OFF = "off"  # no layer is kept after it; one after a later customizer may hold it
    ALWAYS = "always"  # it runs in every build, and so do those after it


@dataclass(frozen=True)
class PurchasePlan:
    """The Marketplace plan of a platform image; all three parts are required together."""

    name: str
    product: str
    publisher: str


@dataclass(frozen=True)
class PlatformImageSource:
    """A Marketplace image. `version` is x.y.z or `latest`, which is resolved when a run starts."""

    publisher: str
    offer: str
    sku: str
    version: str
    plan: PurchasePlan | None = None

    type = "PlatformImage"


@dataclass(frozen=True)
class SharedImageVersionSource:
    """A gallery image version: full ARM id ending in `/versions/<x.y.z|latest>`.

    Also that of a direct-shared gallery (`/sharedGalleries/<name>/images/<name>/versions/<x.y.z|latest>`).
    `os_state` is Kiln's own: what the image definition must be; AIB builds from generalized ones only.
    """

    image_version_id: str
    os_state: OsState = OsState.GENERALIZED

    type = "SharedImageVersion"


@dataclass(frozen=True)
class ManagedImageSource:
    """A managed image of the template's subscription and region: full ARM id."""

    image_id: str

    type = "ManagedImage"


@dataclass(frozen=True)
class DiskImageSource:
    """Kiln's own: an OS disk, as the URI of a page blob with a fixed VHD (`Vhd`) or an ARM id.

    A blob tells nothing about itself, so generation (`V1`, `V2`), architecture (`x64`, `Arm64`) and OS type
    (`Linux`, `Windows`) are given for it; for a managed disk and a snapshot they are read from the resource
    when empty.
    """

    type: str  # Vhd, ManagedDisk or Snapshot
    reference: str
    os_state: OsState = OsState.GENERALIZED
    os_type: str = ""
    generation: str = ""
    architecture: str = ""


Source = PlatformImageSource | SharedImageVersionSource | ManagedImageSource | DiskImageSource


@dataclass(frozen=True)
class ScriptOptions:
    """Kiln's own, for Shell and PowerShell: `secrets` maps a variable to a Key Vault secret's URI.

    A secret is `https://<vault>/secrets/<name>[/<version>]`; its value is resolved when the script is started
    and never stored.
    """

    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShellCustomizer:
    """A shell script, from `script_uri` or from `inline` lines; exactly one of the two is set."""

    name: str
    script_uri: str | None = None
    inline: tuple[str, ...] = ()
    sha256_checksum: str = ""
    options: ScriptOptions = ScriptOptions()
    cache: Cache = Cache.ON

    type = "Shell"


@dataclass(frozen=True)
class PowerShellCustomizer:
    """A PowerShell script; `run_as_system` needs `run_elevated`; any of `valid_exit_codes` is success."""

    name: str
    script_uri: str | None = None
    inline: tuple[str, ...] = ()
    sha256_checksum: str = ""
    run_elevated: bool = False
    run_as_system: bool = False
    valid_exit_codes: tuple[int, ...] = (0,)
    options: ScriptOptions = ScriptOptions()
    cache: Cache = Cache.ON

    type = "PowerShell"


@dataclass(frozen=True)
class FileCustomizer:
    """One file copied from `source_uri` to the absolute path `destination`.

    `extract` is Kiln's own: the file is an archive (tar, tar.gz, zip …), unpacked into the folder
    `destination`.
    """

    name: str
    source_uri: str
    destination: str
    sha256_checksum: str = ""
    extract: bool = False
    cache: Cache = Cache.ON

    type = "File"


@dataclass(frozen=True)
class WindowsRestartCustomizer:
    """Restarts a Windows VM; an empty command is AIB's default.

    `timeout_seconds` bounds the wait for the VM's agent.
    """

    name: str
    restart_command: str = ""
    restart_check_command: str = ""
    timeout_seconds: int = 300
    cache: Cache = Cache.ON

    type = "WindowsRestart"


@dataclass(frozen=True)
class WindowsUpdateCustomizer:
    """Installs Windows updates found by `search_criteria`; `filters` as AIB's (`include:$true` …)."""

    name: str
    search_criteria: str = ""
    filters: tuple[str, ...] = ()
    update_limit: int = 1000
    cache: Cache = Cache.ON

    type = "WindowsUpdate"


@dataclass(frozen=True)
class LinuxRestartCustomizer:
    """Kiln's own: restarts a Linux VM through the VM API; its agent is back in `timeout_seconds` at most."""

    name: str
    timeout_seconds: int = 300
    cache: Cache = Cache.ON

    type = "LinuxRestart"


Customizer = (
    ShellCustomizer
    | PowerShellCustomizer
    | FileCustomizer
    | WindowsRestartCustomizer
    | WindowsUpdateCustomizer
    | LinuxRestartCustomizer
)
Validator = ShellCustomizer | PowerShellCustomizer | FileCustomizer


@dataclass(frozen=True)
class Validation:
    """What must hold of the captured image; `source_validation_only` validates the source, builds nothing."""

    validators: tuple[Validator, ...] = ()
    continue_distribute_on_failure: bool = False
    source_validation_only: bool = False


@dataclass(frozen=True)
class Optimization:
    """`vm_boot` and `workload` are AIB's; the workload's script is what exercises the image."""

    vm_boot: bool = False
    workload: bool = False
    workload_script_uri: str = ""
    workload_sha256: str = ""


@dataclass(frozen=True)
class ErrorHandling:
    on_customizer_error: OnError = OnError.CLEANUP
    on_validation_error: OnError = OnError.CLEANUP


@dataclass(frozen=True)
class TargetRegion:
    """A region that a gallery version is replicated to; `name` in ARM's short form (`westeurope`)."""

    name: str
    replica_count: int = 1
    storage_account_type: str = "Standard_LRS"


@dataclass(frozen=True)
class Versioning:
    """How a version number is chosen: scheme `Latest` (with `major`, -1 for any) or `Source`."""

    scheme: str = "Latest"
    major: int = -1


@dataclass(frozen=True)
class SharedImageDistributor:
    """Publishes to a gallery: `gallery_image_id` is a definition's id, or ends in `/versions/x.y.z`.

    `end_of_life_date` (UTC, ISO 8601, "" for none) is Kiln's own.
    """

    run_output_name: str
    gallery_image_id: str
    target_regions: tuple[TargetRegion, ...]
    versioning: Versioning = Versioning()
    exclude_from_latest: bool = False
    replication_mode: str = "Full"
    end_of_life_date: str = ""
    artifact_tags: dict[str, str] = field(default_factory=dict)

    type = "SharedImage"


@dataclass(frozen=True)
class ManagedImageDistributor:
    """Writes the managed image `image_id` (full ARM id) in region `location`, in ARM's short form."""

    run_output_name: str
    image_id: str
    location: str
    artifact_tags: dict[str, str] = field(default_factory=dict)

    type = "ManagedImage"


@dataclass(frozen=True)
class VhdDistributor:
    """Writes a fixed VHD to `uri`, or to Kiln's own storage account when it is None."""

    run_output_name: str
    uri: str | None = None
    artifact_tags: dict[str, str] = field(default_factory=dict)

    type = "VHD"


Distributor = SharedImageDistributor | ManagedImageDistributor | VhdDistributor


@dataclass(frozen=True)
class VmProfile:
    """The build VM. An empty `vm_size` and an `os_disk_size_gb` of 0 mean the default for the source.

    `container_subnet_id` and `proxy_vm_size` are kept for the template's owner; Kiln has no use for them.
    """

    vm_size: str = ""
    os_disk_size_gb: int = 0
    user_assigned_identities: tuple[str, ...] = ()
    subnet_id: str | None = None
    container_subnet_id: str | None = None
    proxy_vm_size: str = ""


@dataclass(frozen=True)
class ImageTemplate:
    """One template, as its owner wrote it. `location` is in ARM's short form.

    `staging_resource_group` is the group's name; it lies in the template's own subscription. `data_disks_gb`
    are the sizes of additional data disks. `os_state` (what the outputs are) is Kiln's own.
    """

    subscription_id: str
    resource_group: str
    name: str
    location: str
    source: Source
    distribute: tuple[Distributor, ...]
    customize: tuple[Customizer, ...] = ()
    validation: Validation | None = None
    optimization: Optimization = Optimization()
    error_handling: ErrorHandling = ErrorHandling()
    auto_run: bool = False
    data_disks_gb: tuple[int, ...] = ()
    os_state: OsState = OsState.GENERALIZED
    vm_profile: VmProfile = VmProfile()
    identity_id: str | None = None
    build_timeout_minutes: int = 240
    staging_resource_group: str | None = None
    managed_resource_tags: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The template's full ARM id."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.VirtualMachineImages/imageTemplates/{self.name}"
        )
