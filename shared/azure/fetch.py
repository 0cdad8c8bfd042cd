"""Fetches what a template points to: scripts and files, over HTTP(S) or from Azure Storage."""

import hashlib
from urllib.parse import urlsplit

import requests
from azure.core.credentials import TokenCredential
from azure.storage.blob import BlobClient

from shared.azure.errors import azure_errors
from shared.domain.errors import BuildError, BuildFailed, TransientError

TIMEOUT_SECONDS = 60.0
LARGEST_BYTES = 256 * 1024 * 1024


def fetch(uri: str, sha256: str, credential: TokenCredential) -> bytes:
    """The bytes behind `uri`, checked against `sha256` (64 lowercase hex digits) unless that is empty.

    Raises BuildFailed(ArtifactNotFetched | ChecksumMismatch); the message never shows a query string,
    because a signature may be in it.
    """
    data = _from_storage(uri, credential) if _is_private_blob(uri) else _from_web(uri)
    found = hashlib.sha256(data).hexdigest()
    if sha256 and found != sha256:
        message = f"{_shown(uri)} has the SHA-256 checksum {found}, the template expects {sha256}"
        raise BuildFailed(BuildError("ChecksumMismatch", message))
    return data


def _shown(uri: str) -> str:
    return urlsplit(uri)._replace(query="", fragment="").geturl()


def _is_private_blob(uri: str) -> bool:
    """An Azure Storage URL without a signature of its own is read with the app's identity, as AIB does."""
    parts = urlsplit(uri)
    return (parts.hostname or "").endswith(".blob.core.windows.net") and "sig=" not in parts.query


def _from_storage(uri: str, credential: TokenCredential) -> bytes:
    with azure_errors(f"fetch {_shown(uri)}"):
        data: bytes = BlobClient.from_blob_url(uri, credential).download_blob().readall()
        return data


def _from_web(uri: str) -> bytes:
    try:
        with requests.get(uri, timeout=TIMEOUT_SECONDS, stream=True) as response:
            _check(uri, response)
            data = bytearray()
            for chunk in response.iter_content(1 << 20):
                data += chunk
                if len(data) > LARGEST_BYTES:
                    message = f"{_shown(uri)} is larger than {LARGEST_BYTES} bytes"
                    raise BuildFailed(BuildError("ArtifactTooLarge", message))
            return bytes(data)
    except requests.RequestException as error:
        # The exception's own text holds the whole URL, signature included.
        raise TransientError(f"could not fetch {_shown(uri)}: {type(error).__name__}") from None


def _check(uri: str, response: requests.Response) -> None:
    if response.status_code >= requests.codes.server_error:
        raise TransientError(f"could not fetch {_shown(uri)}: HTTP {response.status_code}")
    if not response.ok:
        message = f"could not fetch {_shown(uri)}: HTTP {response.status_code} {response.reason}"
        raise BuildFailed(BuildError("ArtifactNotFetched", message))
