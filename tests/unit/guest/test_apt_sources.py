"""Where packages come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.guest import GuestError
from local.guest.apt_sources import debian_sources, ubuntu_sources


def test_debian_from_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILN_DEBIAN_MIRROR", "http://mirror.test/debian/")
    monkeypatch.delenv("KILN_DEBIAN_SECURITY_MIRROR", raising=False)
    assert debian_sources("trixie", ("main", "contrib")) == [
        "deb http://mirror.test/debian trixie main contrib",
        "deb http://mirror.test/debian trixie-updates main contrib",
        "deb http://mirror.test/debian-security trixie-security main contrib",
    ]


def test_ubuntu_from_a_mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = tmp_path / "keys.gpg"
    monkeypatch.setenv("KILN_UBUNTU_MIRROR", "http://mirror.test/ubuntu")
    monkeypatch.setenv("KILN_UBUNTU_KEYRING", str(keys))
    with pytest.raises(GuestError, match="KILN_UBUNTU_KEYRING"):
        ubuntu_sources("noble", ("main",))
    keys.touch()
    assert ubuntu_sources("noble", ("main",)) == [
        f"deb [signed-by={keys}] http://mirror.test/ubuntu {pocket} main"
        for pocket in ("noble", "noble-updates", "noble-security")
    ]
