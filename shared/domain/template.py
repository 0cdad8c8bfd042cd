"""An image template as Kiln works with it: AIB's ImageTemplate after parsing, every default filled in.

Field meanings: learn.microsoft.com, "Azure VM Image Builder template reference", api-version 2025-10-01.
"""

from dataclasses import dataclass, field


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
    """A gallery image version: full ARM id ending in `/versions/<x.y.z|latest>`."""

    image_version_id: str

    type = "SharedImageVersion"


Source = PlatformImageSource | SharedImageVersionSource


@dataclass(frozen=True)
class ShellCustomizer:
    """A shell script, from `script_uri` or from `inline` lines; exactly one of the two is set."""

    name: str
    script_uri: str | None = None
    inline: tuple[str, ...] = ()
    sha256_checksum: str = ""

    type = "Shell"


@dataclass(frozen=True)
class FileCustomizer:
    """One file copied from `source_uri` to the absolute path `destination`."""

    name: str
    source_uri: str
    destination: str
    sha256_checksum: str = ""

    type = "File"


Customizer = ShellCustomizer | FileCustomizer


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
    """Publishes to a gallery: `gallery_image_id` is a definition's id, or ends in `/versions/x.y.z`."""

    run_output_name: str
    gallery_image_id: str
    target_regions: tuple[TargetRegion, ...]
    versioning: Versioning = Versioning()
    exclude_from_latest: bool = False
    replication_mode: str = "Full"
    artifact_tags: dict[str, str] = field(default_factory=dict)

    type = "SharedImage"


@dataclass(frozen=True)
class VhdDistributor:
    """Writes a fixed VHD to `uri`, or to Kiln's own storage account when it is None."""

    run_output_name: str
    uri: str | None = None
    artifact_tags: dict[str, str] = field(default_factory=dict)

    type = "VHD"


Distributor = SharedImageDistributor | VhdDistributor


@dataclass(frozen=True)
class VmProfile:
    """The build VM. An empty `vm_size` and an `os_disk_size_gb` of 0 mean the default for the source."""

    vm_size: str = ""
    os_disk_size_gb: int = 0
    user_assigned_identities: tuple[str, ...] = ()
    subnet_id: str | None = None


@dataclass(frozen=True)
class ImageTemplate:
    """One template, as its owner wrote it. `location` is in ARM's short form.

    `staging_resource_group` is the group's name; it lies in the template's own subscription.
    """

    subscription_id: str
    resource_group: str
    name: str
    location: str
    source: Source
    distribute: tuple[Distributor, ...]
    customize: tuple[Customizer, ...] = ()
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
