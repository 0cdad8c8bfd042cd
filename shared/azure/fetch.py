"""Fetches what a template points to: scripts and files, over HTTP(S) or from Azure Storage."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
from azure.core.credentials import TokenCredential
from azure.storage.blob import BlobClient

from shared.azure.errors import azure_errors
from shared.azure.safe_web import AllowedAddresses, ForbiddenAddressError, safe_session
from shared.domain.errors import BuildError, BuildFailed, TransientError

TIMEOUT_SECONDS = 60.0
PIECE_BYTES = 8 * 1024 * 1024  # 50,000 blocks of it, Azure's limit for a blob, are 390 GiB


def fetch(uri: str, credential: TokenCredential, allowed: AllowedAddresses) -> Iterator[bytes]:
    """The bytes behind `uri` in pieces, none of them kept.

    Raises BuildFailed(ArtifactNotFetched), also for an address that is neither public nor `allowed`; messages
    never show a query string, because a signature may be in it.
    """
    return _from_storage(uri, credential) if _is_private_blob(uri) else _from_web(uri, allowed)


def check(uri: str, found: str, wanted: str) -> None:
    """Raises BuildFailed(ChecksumMismatch) unless the digest is the wanted one, or none is wanted."""
    if wanted and found != wanted:
        message = f"{_shown(uri)} has the SHA-256 checksum {found}, the template expects {wanted}"
        raise BuildFailed(BuildError("ChecksumMismatch", message))


def _shown(uri: str) -> str:
    return urlsplit(uri)._replace(query="", fragment="").geturl()


def _is_private_blob(uri: str) -> bool:
    """An Azure Storage URL without a signature of its own is read with the app's identity, as AIB does."""
    parts = urlsplit(uri)
    return (parts.hostname or "").endswith(".blob.core.windows.net") and "sig=" not in parts.query


def _from_storage(uri: str, credential: TokenCredential) -> Iterator[bytes]:
    with azure_errors(f"fetch {_shown(uri)}"):
        blob = BlobClient.from_blob_url(uri, credential, max_chunk_get_size=PIECE_BYTES)
        yield from blob.download_blob().chunks()


def _from_web(uri: str, allowed: AllowedAddresses) -> Iterator[bytes]:
    try:
        with (
            safe_session(allowed) as session,
            session.get(uri, timeout=TIMEOUT_SECONDS, stream=True) as response,
        ):
            _check(uri, response)
            yield from response.iter_content(PIECE_BYTES)
    except ForbiddenAddressError as error:
        message = f"{_shown(uri)} is not fetched: {error}; KILN_FETCH_NETWORKS can allow a network"
        raise BuildFailed(BuildError("ArtifactNotFetched", message)) from None
    except requests.RequestException as error:
        # The exception's own text holds the whole URL, signature included.
        raise TransientError(f"could not fetch {_shown(uri)}: {type(error).__name__}") from None


def _check(uri: str, response: requests.Response) -> None:
    if response.status_code >= requests.codes.server_error:
        raise TransientError(f"could not fetch {_shown(uri)}: HTTP {response.status_code}")
    if not response.ok:
        message = f"could not fetch {_shown(uri)}: HTTP {response.status_code} {response.reason}"
        raise BuildFailed(BuildError("ArtifactNotFetched", message))
