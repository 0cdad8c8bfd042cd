"""Rules for single texts: each says what is wrong, or None."""

import re
from urllib.parse import urlsplit

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VM_SIZE = re.compile(r"[A-Za-z0-9_]+")
_BLOB_PATH = re.compile(r"/[^/]+/.*[^/]")
_SECRET_PATH = re.compile(r"/secrets/[0-9A-Za-z-]{1,127}(/[0-9A-Za-z]+)?/?")
_WINDOWS_ROOT = re.compile(r"[A-Za-z]:[\\/]")
_FORBIDDEN_ON_WINDOWS = re.compile(r'[<>"|?*:]')


def sha256_hex(text: str) -> str | None:
    """AIB compares checksums as text, in lower case."""
    if _SHA256.fullmatch(text):
        return None
    if _SHA256.fullmatch(text.lower()):
        return "must be in lower case"
    return "must be a SHA-256 checksum: 64 lowercase hexadecimal digits"


def web_uri(text: str) -> str | None:
    """What scripts and files are fetched from: http or https, with a host and no spaces."""
    if _CONTROL.search(text) or " " in text:
        return "must not hold spaces or control characters; write them as %20"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URI"
    if parts.scheme not in ("http", "https"):
        return "must start with https:// or http://"
    return None if host else "names no host"


def blob_uri(text: str) -> str | None:
    """A VHD's place: `https://<account>.blob…/<container>/<blob>`, without a SAS."""
    fault = web_uri(text)
    if fault:
        return fault
    parts = urlsplit(text)
    if parts.query or parts.fragment:
        return "must not hold a query: Kiln uses its own identity"
    return None if _BLOB_PATH.fullmatch(parts.path) else "must name a container and a blob"


def key_vault_secret(text: str) -> str | None:
    """A secret's identifier, as Key Vault has it: `https://<vault>/secrets/<name>[/<version>]`."""
    fault = web_uri(text)
    if fault:
        return fault
    parts = urlsplit(text)
    if parts.scheme == "https" and not parts.query and _SECRET_PATH.fullmatch(parts.path):
        return None
    return "must be a Key Vault secret: https://<vault>.vault.azure.net/secrets/<name>[/<version>]"


def absolute_path(text: str) -> str | None:
    """The full path of a file, whose folder exists: on Linux, or with a drive letter on Windows."""
    fault = absolute_folder(text)
    if fault:
        return fault
    last = re.split(r"[\\/]" if is_windows_path(text) else "/", text)[-1]
    return "must be the path of a file, not of a folder" if last in ("", ".", "..") else None


def absolute_folder(text: str) -> str | None:
    """The full path of a file or a folder, on Linux or on Windows."""
    if _CONTROL.search(text):
        return "must not hold control characters"
    if is_windows_path(text):
        forbidden = _FORBIDDEN_ON_WINDOWS.search(text[2:])
        return f"must not hold {forbidden[0]}" if forbidden else None
    if not text.startswith("/"):
        return "must be an absolute path: it starts with /, or on Windows with a drive like C:"
    return None


def is_windows_path(text: str) -> bool:
    """Whether an absolute path is one of Windows."""
    return _WINDOWS_ROOT.match(text) is not None


def vm_size(text: str) -> str | None:
    """The shape of `Standard_D2ds_v4`; whether the region has it is the cloud's to say."""
    return None if _VM_SIZE.fullmatch(text) else "must be the name of a VM size, like Standard_D2ds_v4"


def one_line(text: str) -> str | None:
    """Names are shown in logs and messages, one line each."""
    return "must not hold line breaks or other control characters" if _CONTROL.search(text) else None
