"""The virtual machines of a run, and the images that it makes for them in its staging group."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.resolved_source import Origin
from shared.domain.template import OsState


class Role(StrEnum):
    """What a VM is for."""

    BUILD = "build"  # is customized and becomes the image
    VALIDATION = "validation"  # is made from the image, to be looked at


class StagedKind(StrEnum):
    """How something that no VM can be made from directly becomes something that one can (docs/adr)."""

    MANAGED_IMAGE = "managedImage"  # generalized, x64
    GALLERY_VERSION = "galleryVersion"  # everything else, in a gallery of the run's own
    DISK = "disk"  # attached to the VM, which is then the machine that the disk was


@dataclass(frozen=True)
class StagedImage:
    """An image or disk in the staging group, made from `origin`; `name` is its own or its gallery's."""

    kind: StagedKind
    name: str
    id: str
    origin: Origin
    os_state: OsState = OsState.GENERALIZED


@dataclass(frozen=True)
class PlannedVm:
    """One VM: the names of what it consists of, and what its OS disk is made from.

    Without `image_id` and `disk_id` that is the run's platform image. A VM is `provisioned` when it gets a
    name and an account, which only generalized images take. Empty data disks take LUNs from `first_lun` on.
    """

    role: Role
    name: str
    nic: str
    os_disk: str
    image_id: str = ""
    disk_id: str = ""
    provisioned: bool = True
    data_disks_gb: tuple[int, ...] = ()
    first_lun: int = 0
