"""Files that a catalogue row names: of this machine or from the web, checked against their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from local.guest.errors import GuestError
from local.guest.store import Store

_TIMEOUT_SECONDS = 60.0  # without a byte
_CHUNK = 1 << 20


def origin(location: str, sha256: str) -> str:
    """What tells one state of the file from another: its digest, or a local file's size and time."""
    if sha256:
        return sha256
    try:
        status = Path(location).stat()
    except OSError as error:
        raise _unreadable(location, error) from None
    return f"{location} {status.st_size} {status.st_mtime_ns}"


@contextmanager
def local_file(store: Store, location: str, sha256: str) -> Iterator[Path]:
    """The file, as long as the block runs. Raises GuestError if it cannot be had or is not what was meant."""
    if not location.startswith(("http://", "https://")):
        path = Path(location)
        if sha256:
            _check(location, sha256, _digest(path))
        yield path
        return
    draft = store.temporary / store.temporary_name()
    try:
        _check(location, sha256, _download(location, draft))
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(str(path), error) from None


def _download(url: str, to: Path) -> str:
    digest = hashlib.sha256()
    try:
        with (
            to.open("wb") as file,
            httpx.stream("GET", url, follow_redirects=True, timeout=_TIMEOUT_SECONDS) as answer,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreadable(url, error) from None
    return digest.hexdigest()


def _check(location: str, expected: str, found: str) -> None:
    if expected != found:
        raise GuestError(
            "WrongChecksum", f"{location} has the sha256 {found}, not {expected} as the catalogue says."
        )


def _unreadable(location: str, error: Exception) -> GuestError:
    return GuestError("ImageNotReadable", f"The image's file {location} cannot be read: {error}")
