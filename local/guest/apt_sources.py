"""Where packages come from: a setting, the machine's apt configuration, or the distribution's own archive.

KILN_DEBIAN_MIRROR is the URI of a Debian archive; its security archive is KILN_DEBIAN_SECURITY_MIRROR, or
the same URI with `-security` appended, as mirrors have it. KILN_UBUNTU_MIRROR is the URI of an Ubuntu
archive, which holds the security fixes too; KILN_UBUNTU_KEYRING is a file with its keys.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.guest.errors import GuestError
from local.guest.tools import run

_QUESTION = [
    "apt-get",
    "indextargets",
    "--format",
    "$(ORIGIN) $(RELEASE) $(REPO_URI)",
    "Created-By: Packages",
]
_UBUNTU_ARCHIVE = "http://archive.ubuntu.com/ubuntu"
_UBUNTU_KEYS = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"  # on Ubuntu itself


@dataclass(frozen=True)
class _Mirrors:
    main: str
    security: str


def debian_sources(suite: str, components: Sequence[str]) -> list[str]:
    """Lines for sources.list: the suite, its updates and its security fixes.

    Empty when the machine does not use Debian's archives and nothing is set: mmdebstrap then takes its own.
    """
    mirrors = _mirrors()
    if mirrors is None:
        return []
    parts = " ".join(components)
    return [
        f"deb {mirrors.main} {suite} {parts}",
        f"deb {mirrors.main} {suite}-updates {parts}",
        f"deb {mirrors.security} {suite}-security {parts}",
    ]


def ubuntu_sources(suite: str, components: Sequence[str]) -> list[str]:
    """The same for Ubuntu. Raises GuestError when its archive's keys are not on this machine."""
    # Debian machines trust Debian's keys alone, and no package of Debian's has Ubuntu's.
    keys = Path(os.environ.get("KILN_UBUNTU_KEYRING", _UBUNTU_KEYS))
    if not keys.exists():
        raise GuestError(
            "ToolMissing",
            f"{keys}, the keys of Ubuntu's archive, is missing. It is in Ubuntu's package ubuntu-keyring: put"
            " it there, or name it in KILN_UBUNTU_KEYRING.",
        )
    mirror = configured_mirror("ubuntu") or _UBUNTU_ARCHIVE
    parts = " ".join(components)
    return [
        f"deb [signed-by={keys}] {mirror} {pocket} {parts}"
        for pocket in (suite, f"{suite}-updates", f"{suite}-security")
    ]


def configured_mirror(distribution: str) -> str:
    """The setting's URI, or ""."""
    return os.environ.get(f"KILN_{distribution.upper()}_MIRROR", "").rstrip("/")


def _mirrors() -> _Mirrors | None:
    main = configured_mirror("debian")
    if main:
        return _Mirrors(main, os.environ.get("KILN_DEBIAN_SECURITY_MIRROR", f"{main}-security"))
    archives = _machine_archives()
    main = next((uri for release, uri in archives if "-" not in release), "")
    security = next((uri for release, uri in archives if release.endswith("-security")), f"{main}-security")
    return _Mirrors(main, security) if main else None


def _machine_archives() -> list[tuple[str, str]]:
    """The (release, URI) of the Debian archives that the machine's apt knows."""
    try:
        rows = [line.split() for line in run(_QUESTION).decode().splitlines()]
    except GuestError:  # no apt on this machine
        return []
    return [
        (row[1], row[2].rstrip("/"))
        for row in rows
        if len(row) == len(("origin", "release", "uri")) and row[0] == "Debian"
    ]
