"""Where Debian packages come from: the machine's own apt configuration, or a setting.

KILN_DEBIAN_MIRROR is the URI of a Debian archive; its security archive is KILN_DEBIAN_SECURITY_MIRROR, or the
same URI with `-security` appended, as mirrors have it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from local.guest.errors import GuestError
from local.guest.tools import run

_QUESTION = [
    "apt-get",
    "indextargets",
    "--format",
    "$(ORIGIN) $(RELEASE) $(REPO_URI)",
    "Created-By: Packages",
]


@dataclass(frozen=True)
class _Mirrors:
    main: str
    security: str


def debian_sources(suite: str) -> list[str]:
    """Lines for sources.list: the suite, its updates and its security fixes.

    Empty when the machine does not use Debian's archives and nothing is set: mmdebstrap then takes its own.
    """
    mirrors = _mirrors()
    if mirrors is None:
        return []
    return [
        f"deb {mirrors.main} {suite} main",
        f"deb {mirrors.main} {suite}-updates main",
        f"deb {mirrors.security} {suite}-security main",
    ]


def configured_mirror() -> str:
    """The setting's URI, or ""."""
    return os.environ.get("KILN_DEBIAN_MIRROR", "").rstrip("/")


def _mirrors() -> _Mirrors | None:
    main = configured_mirror()
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
