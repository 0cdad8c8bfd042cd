"""The exact source of a run, and what is made from what."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.template import OsState, PurchasePlan


class OriginKind(StrEnum):
    """What an image, a gallery version or a disk is made from."""

    VM = "vm"  # a stopped virtual machine
    IMAGE = "image"  # a gallery version or a managed image
    SNAPSHOT = "snapshot"
    DISK = "disk"
    BLOB = "blob"  # a fixed VHD in blob storage


@dataclass(frozen=True)
class Origin:
    """`reference` is a full ARM id, for a blob its URL; `account_id` is the ARM id of a blob's account."""

    kind: OriginKind
    reference: str
    account_id: str = ""


@dataclass(frozen=True)
class ResolvedSource:
    """The exact source and what follows from it.

    A platform image has a publisher, any other image an `image_id` (gallery version, managed image, or
    `/sharedGalleries/…`), a disk a `disk`. `data_luns` are taken by the source's own data disks; `os_disk_gb`
    is 0 where the source does not tell. `security_type` is a gallery feature's value. `published_at` (UTC,
    ISO 8601) tells a gallery version from one that had its number before; empty where none is used again.
    """

    version: str
    generation: str
    architecture: str
    os_disk_gb: int
    os_type: str = "Linux"
    os_state: OsState = OsState.GENERALIZED
    security_type: str = "Standard"
    publisher: str = ""
    offer: str = ""
    sku: str = ""
    image_id: str = ""
    disk: Origin | None = None
    data_luns: tuple[int, ...] = ()
    purchase_plan: PurchasePlan | None = None
    published_at: str = ""

    @property
    def description(self) -> str:
        """URN of a platform image, ARM id or URL of anything else."""
        if self.disk is not None:
            return self.disk.reference
        return self.image_id or f"{self.publisher}:{self.offer}:{self.sku}:{self.version}"

    @property
    def windows(self) -> bool:
        return self.os_type == "Windows"
