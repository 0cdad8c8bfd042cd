"""The storage behind managed disks: contents of the guest as page blobs that a URL gives out.

Azure copies a disk's bytes out through the `accessSAS` of `beginGetAccess`; here the content's VHD is written
as a sparse page blob (only its data ranges, or what differs from its base's blob) into the storage account
that the cloud was started with.

The URL carries no signature: Azurite reads a signed copy source whole into memory before it copies it (its
validateCopySource sends a GET), which takes a minute per GiB. It is a capability all the same: the container
is named by the disk's random unique id, and is gone after `endGetAccess`.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobSasPermissions, BlobServiceClient, generate_blob_sas

from local.cloud.base_blobs import BaseBlobs, copy
from local.cloud.errors import ArmError

MIB = 1024 * 1024
PAGE_CHUNK = 4 * MIB  # the most that Put Page takes
UPLOAD_THREADS = 8

log = logging.getLogger(__name__)


class Storage:
    """All methods block. Blobs are `abcd.vhd` in the container `md-<id>`."""

    def __init__(self, connection_string: str) -> None:
        self._connection_string = connection_string
        self._client: BlobServiceClient | None = None
        self._bases = BaseBlobs(_upload_ranges)

    @property
    def client(self) -> BlobServiceClient:
        if self._client is None:
            self._client = BlobServiceClient.from_connection_string(
                self._connection_string, max_page_size=PAGE_CHUNK
            )
        return self._client

    def publish_base(self, base: Path, ranges: list[tuple[int, int]]) -> BlobClient:
        """Writes the disk that others are made from, unless it is there; `ranges` hold its data."""
        return self._bases.ensure(self.client, base, ranges)

    def publish_vhd(
        self, owner: str, vhd: Path, ranges: list[tuple[int, int]], base: BlobClient | None = None
    ) -> None:
        """Writes the VHD under `owner` (an id fit for a container name). Repeating it starts over.

        With a `base` that it was made from, `ranges` are those in which it differs.
        """
        container = self.client.get_container_client(f"md-{owner}")
        try:
            container.create_container(public_access="blob")
        except ResourceExistsError:
            log.debug("container of %s exists already", owner)
        blob = container.get_blob_client("abcd.vhd")
        if base:
            copy(self.client, base, blob)
        else:
            blob.create_page_blob(size=vhd.stat().st_size)
        _upload_ranges(blob, vhd, ranges)

    def read_access(self, owner: str) -> str:
        """The URL that reads the published VHD until it is withdrawn."""
        return self.client.get_blob_client(f"md-{owner}", "abcd.vhd").url

    def open_upload(self, owner: str, size: int, seconds: int) -> str:
        """A SAS URL for `seconds` that writes pages of an empty page blob of `size` bytes."""
        container = self.client.get_container_client(f"md-{owner}")
        try:
            container.create_container()
        except ResourceExistsError:
            log.debug("container of %s exists already", owner)
        blob = container.get_blob_client("abcd.vhd")
        if not blob.exists():
            blob.create_page_blob(size=size)
        signature = generate_blob_sas(
            str(blob.account_name),
            blob.container_name,
            blob.blob_name,
            account_key=self.client.credential.account_key,
            permission=BlobSasPermissions(read=True, write=True),
            expiry=datetime.now(UTC) + timedelta(seconds=seconds),
        )
        return f"{blob.url}?{signature}"

    def fetch_vhd(self, url: str, to: Path) -> None:
        """Writes the page blob's written ranges to a sparse file of its size.

        A URL without a signature is read with the account's own right, as Azure reads one of an account that
        `storageAccountId` names. Raises ArmError when there is no such page blob.
        """
        own = self.client.url.rstrip("/") + "/"
        try:
            with self._blob(url, own) as blob, to.open("wb") as file:
                os.truncate(file.fileno(), blob.get_blob_properties().size)
                written = [(page.start or 0, page.end or 0) for page in blob.list_page_ranges()]
                for start, length in _chunks([(first, last - first + 1) for first, last in written]):
                    file.seek(start)
                    file.write(blob.download_blob(start, length).readall())
        except AzureError as error:
            # The signature is a secret, so the URL is told without it.
            message = f"The blob '{url.partition('?')[0]}' cannot be read as a page blob."
            raise ArmError(409, "InvalidParameter", message, "sourceUri") from error

    def _blob(self, url: str, own: str) -> BlobClient:
        if "?" in url or not url.startswith(own):
            return BlobClient.from_blob_url(url)
        container, _, name = url.removeprefix(own).partition("/")
        return self.client.get_blob_client(container, unquote(name))

    def withdraw(self, owner: str) -> None:
        """Removes what `publish_vhd` wrote; nothing there is no error."""
        try:
            self.client.delete_container(f"md-{owner}")
        except ResourceNotFoundError:
            log.debug("nothing published for %s", owner)


def _chunks(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (start, min(PAGE_CHUNK, offset + length - start))
        for offset, length in ranges
        for start in range(offset, offset + length, PAGE_CHUNK)
    ]


def _upload_ranges(blob: BlobClient, vhd: Path, ranges: list[tuple[int, int]]) -> None:
    with ThreadPoolExecutor(UPLOAD_THREADS) as pool:
        for upload in [pool.submit(_upload, blob, vhd, *chunk) for chunk in _chunks(ranges)]:
            upload.result()


def _upload(blob: BlobClient, vhd: Path, offset: int, length: int) -> None:
    with vhd.open("rb") as file:
        file.seek(offset)
        blob.upload_page(file.read(length), offset=offset, length=length)
