"""Blob storage as the demo uses it: examples up, the finished VHD down. Connection strings throughout."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

PIECE_BYTES = 4 * 1024 * 1024
AT_ONCE = 4


def publish(connection: str, container: str, folder: Path) -> str:
    """Uploads the folder's files to a container that anyone may read; returns the container's URL."""
    # use_env_settings off: a proxy of the machine must not get in the way of loopback.
    with BlobServiceClient.from_connection_string(connection, use_env_settings=False) as service:
        client = service.get_container_client(container)
        try:
            client.create_container(public_access="blob")
        except ResourceExistsError:
            client.set_container_access_policy(signed_identifiers={}, public_access="blob")
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            kind = ContentSettings(content_type="application/octet-stream")
            name = path.relative_to(folder).as_posix()
            client.upload_blob(name, path.read_bytes(), overwrite=True, content_settings=kind)
        return client.url


def download_sparse(connection: str, url: str, target: Path) -> int:
    """Downloads only the written pages of a page blob; the rest are holes. Returns the size in bytes.

    The file appears under its name when it is whole.
    """
    with _blob(connection, url) as blob, ThreadPoolExecutor(AT_ONCE) as pool:
        size = blob.get_blob_properties().size
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(target.suffix + ".part")
        with partial.open("wb") as file:
            file.truncate(size)
            number = file.fileno()
            for _ in pool.map(lambda piece: _copy(blob, number, *piece), _pieces(blob)):
                pass
        partial.replace(target)
        return size


def _blob(connection: str, url: str) -> BlobClient:
    with BlobServiceClient.from_connection_string(connection, use_env_settings=False) as service:
        container, _, name = url.removeprefix(service.url.rstrip("/") + "/").partition("/")
    return BlobClient.from_connection_string(connection, container, name, use_env_settings=False)


def _pieces(blob: BlobClient) -> Iterator[tuple[int, int]]:
    """Offsets and lengths in bytes of what holds data, none longer than a piece."""
    for page in blob.list_page_ranges():
        if page.cleared or page.start is None or page.end is None:
            continue
        after = page.end + 1  # the service's ranges include their last byte
        for offset in range(page.start, after, PIECE_BYTES):
            yield offset, min(PIECE_BYTES, after - offset)


def _copy(blob: BlobClient, file: int, offset: int, length: int) -> None:
    os.pwrite(file, blob.download_blob(offset, length).readall(), offset)
