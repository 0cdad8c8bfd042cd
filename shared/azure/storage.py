"""Blobs: staged scripts and files, logs, plans and VHDs."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContentSettings,
    UserDelegationKey,
    generate_blob_sas,
)

from shared.azure.errors import azure_errors, is_absent
from shared.azure.http_options import http_options
from shared.domain.errors import BuildError
from shared.domain.operations import OperationKind, OperationRef, OperationState, OperationStatus
from shared.settings import Settings

OWNER = "kiln_run"  # metadata
CONTAINERS = ("kiln", "vhds")
DIGEST = "sha256"  # metadata of a blob


def make_blob_service(settings: Settings, credential: TokenCredential) -> BlobServiceClient:
    """By connection string where there is one, else with the app's identity."""
    if settings.storage_connection:
        url = BlobServiceClient.from_connection_string(settings.storage_connection).url
        return BlobServiceClient.from_connection_string(settings.storage_connection, **http_options(url))
    url = f"https://{settings.storage_account}.blob.core.windows.net"
    return BlobServiceClient(url, credential, **http_options(url))


@dataclass(frozen=True)
class BlobStore:
    """Blobs by path `container/name`, or by URL where they lie in somebody else's account.

    URLs with a signature are made late and never stored.
    """

    service: BlobServiceClient
    credential: TokenCredential

    def create_containers(self) -> None:
        with azure_errors("create the storage containers"):
            for name in CONTAINERS:
                container = self.service.get_container_client(name)
                if not container.exists():
                    with suppress(ResourceExistsError):  # another process was faster
                        container.create_container()

    def write(self, path: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        """Writes the whole blob, replacing what was there."""
        with azure_errors(f"write blob {path}"):
            self._blob(path).upload_blob(
                data, overwrite=True, content_settings=ContentSettings(content_type=content_type)
            )

    def write_stream(self, path: str, chunks: Iterator[bytes]) -> str:
        """Writes a blob of any size, block by block, with the digest that it returns as its metadata.

        The digest is SHA-256 in lowercase hex. The blob appears when `chunks` has ended; if that raises,
        what was there stays.
        """
        digest = hashlib.sha256()
        blocks: list[BlobBlock] = []
        with azure_errors(f"write blob {path}"):
            blob = self._blob(path)
            for number, chunk in enumerate(chunks):
                digest.update(chunk)
                blocks.append(BlobBlock(block_id=f"{number:08d}"))
                blob.stage_block(blocks[-1].id, chunk)
            blob.commit_block_list(blocks, metadata={DIGEST: digest.hexdigest()})
        return digest.hexdigest()

    def digest(self, path: str) -> str:
        """The digest that `write_stream` left; empty where there is none."""
        with azure_errors(f"look at blob {path}"):
            try:
                metadata = self._blob(path).get_blob_properties().metadata or {}
            except HttpResponseError as error:
                if is_absent(error):
                    return ""
                raise
        return str(metadata.get(DIGEST, ""))

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes | None:
        """The blob's bytes from `offset`, at most `length`; None when there is no such blob."""
        with azure_errors(f"read blob {path}"):
            try:
                return self._blob(path).download_blob(offset=offset, length=length).readall()
            except HttpResponseError as error:
                if is_absent(error):
                    return None
                if error.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return b""
                raise

    def size(self, path: str) -> int | None:
        """Bytes of the blob; None when there is no such blob."""
        with azure_errors(f"look at blob {path}"):
            try:
                size: int = self._blob(path).get_blob_properties().size
            except HttpResponseError as error:
                if is_absent(error):
                    return None
                raise
            return size

    def delete(self, path: str) -> None:
        """Deletes the blob; one that is not there counts as deleted."""
        with azure_errors(f"delete blob {path}"):
            try:
                self._blob(path).delete_blob(delete_snapshots="include")
            except HttpResponseError as error:
                if not is_absent(error):
                    raise

    def list(self, prefix: str) -> Iterator[str]:
        """Paths of the blobs below `prefix` (`container/folder/`)."""
        container, _, name = prefix.partition("/")
        with azure_errors(f"list blobs below {prefix}"):
            for blob in self.service.get_container_client(container).list_blob_names(name_starts_with=name):
                yield f"{container}/{blob}"

    def url(self, path: str) -> str:
        """The blob's URL without a signature."""
        return self._blob(path).url

    def read_url(self, path: str, lifetime: timedelta) -> str:
        return self._signed(path, BlobSasPermissions(read=True), lifetime)

    def append_url(self, path: str, lifetime: timedelta) -> str:
        """For a writer of an append blob: the agent creates it and adds to it."""
        return self._signed(path, BlobSasPermissions(read=True, add=True, create=True, write=True), lifetime)

    def start_copy(self, source_url: str, path: str, metadata: dict[str, str], owner: str) -> OperationRef:
        """Has the storage service copy `source_url` to the blob `path`; an owner that asks twice starts one.

        What another owner wrote there is replaced.
        """
        blob = self._blob(path)
        with azure_errors(f"copy to {path}"):
            if self.owner(path) != owner or self.copy_status(path).state is OperationState.FAILED:
                blob.start_copy_from_url(source_url, metadata={**metadata, OWNER: owner})
        return OperationRef(OperationKind.BLOB_COPY, path)

    def owner(self, path: str) -> str:
        """Who had the blob copied, empty when nobody did."""
        with azure_errors(f"look at blob {path}"):
            try:
                return str((self._blob(path).get_blob_properties().metadata or {}).get(OWNER, ""))
            except HttpResponseError as error:
                if is_absent(error):
                    return ""
                raise

    def copy_status(self, path: str) -> OperationStatus:
        """State of the copy into blob `path`; FAILED where there is none."""
        with azure_errors(f"read the copy state of {path}"):
            try:
                copy = self._blob(path).get_blob_properties().copy
            except HttpResponseError as error:
                if not is_absent(error):
                    raise
                return OperationStatus(
                    OperationState.FAILED, error=BuildError("BlobNotFound", f"there is no blob {path}")
                )
        if copy.status == "success":
            return OperationStatus(OperationState.SUCCEEDED)
        if copy.status == "pending":
            return OperationStatus(OperationState.IN_PROGRESS)
        reason = copy.status_description or copy.status or "no copy was started"
        return OperationStatus(
            OperationState.FAILED, error=BuildError("BlobCopyFailed", f"copying to {path} failed: {reason}")
        )

    def _blob(self, path: str) -> BlobClient:
        if path.startswith(self.service.url):
            path = path.removeprefix(self.service.url).lstrip("/")
        elif "://" in path:
            return BlobClient.from_blob_url(path, self.credential)
        container, _, name = path.partition("/")
        return self.service.get_blob_client(container, name)

    def _signed(self, path: str, permission: BlobSasPermissions, lifetime: timedelta) -> str:
        blob = self._blob(path)
        now = datetime.now(UTC)
        start, expiry = now - timedelta(minutes=15), now + lifetime
        key, delegation = self._signing_key(start, expiry)
        signature = generate_blob_sas(
            blob.account_name or "",
            blob.container_name,
            blob.blob_name,
            account_key=key,
            user_delegation_key=delegation,
            permission=permission,
            start=start,
            expiry=expiry,
        )
        return f"{blob.url}?{signature}"

    def _signing_key(self, start: datetime, expiry: datetime) -> tuple[str | None, UserDelegationKey | None]:
        """The account's key where the connection string carries it, else a delegation key of the identity."""
        key: str | None = getattr(self.service.credential, "account_key", None)
        if key:
            return key, None
        with azure_errors("get a key to sign storage URLs"):
            return None, self.service.get_user_delegation_key(start, expiry)
