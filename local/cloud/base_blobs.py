"""The bases of disks as page blobs: written once, then copied by the storage service itself.

A disk's VHD is then its base's blob, copied without a byte passing through this process, and the pages that
differ. The copy is made from a snapshot of the blob: on Azurite 3.35 a copy shares its list of pages with
what it was copied from, so that writing to the one would change the other.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient

from local.cloud.ports import VHD_FOOTER_BYTES

Upload = Callable[[BlobClient, Path, list[tuple[int, int]]], None]
COMPLETE = {"complete": "true"}


class BaseBlobs:
    """One container per base. Its name is a secret's: the guest's layers have random names."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def ensure(self, service: BlobServiceClient, base: Path, ranges: list[tuple[int, int]]) -> BlobClient:
        """The base's blob, written if it is not there; it has room for a VHD's footer behind the disk."""
        prefix = f"base-{hashlib.sha256(str(base.parent).encode()).hexdigest()[:12]}-"
        name = prefix + base.name.replace(".", "-")
        blob = service.get_blob_client(name, "disk.vhd")
        with self._locks[name]:
            if not _is_complete(blob):
                _forget_missing(service, base.parent, prefix)
                _create_container(service, name)
                blob.create_page_blob(size=base.stat().st_size + VHD_FOOTER_BYTES)
                self._upload(blob, base, ranges)
                blob.set_blob_metadata(COMPLETE)
        return blob


def copy(service: BlobServiceClient, source: BlobClient, target: BlobClient) -> None:
    """Makes `target` what `source` is now. Both are blobs of one account, so it is done when this returns."""
    snapshot = source.create_snapshot()
    frozen = service.get_blob_client(source.container_name, source.blob_name, snapshot)
    try:
        target.start_copy_from_url(frozen.url, metadata={"base": source.container_name})
    finally:
        frozen.delete_blob()


def _is_complete(blob: BlobClient) -> bool:
    """A process that died while it wrote leaves a blob without the mark."""
    try:
        return blob.get_blob_properties().metadata == COMPLETE
    except ResourceNotFoundError:
        return False


def _create_container(service: BlobServiceClient, name: str) -> None:
    try:
        service.create_container(name, public_access="blob")
    except ResourceExistsError:
        return


def _forget_missing(service: BlobServiceClient, layers: Path, prefix: str) -> None:
    """Removes the blobs of bases that the guest no longer has."""
    for container in service.list_containers(name_starts_with=prefix):
        layer, _, size = container.name.removeprefix(prefix).partition("-")
        if not (layers / f"{layer}.{size}").exists():
            service.delete_container(container.name)
