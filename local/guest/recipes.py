"""How an image's root file system is made: one type for each way that a catalogue row may name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MmdebstrapRecipe:
    """A suite of Debian or Ubuntu with kernel, boot loaders, sudo, cloud-init and Azure's agent.

    `packages` come on top of those. No components: the distribution's own choice (`main`; Ubuntu: `main
    universe`).
    """

    suite: str
    distribution: str = "debian"  # or "ubuntu"
    components: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class TarRecipe:
    """A tar archive, compressed or not, of a root file system. `location` is a path or an http(s) URL."""

    location: str
    sha256: str = ""


@dataclass(frozen=True)
class DiskRecipe:
    """A disk image with an ext4 root partition, read without a mount. `format`: "vhd", "qcow2" or "raw"."""

    location: str
    format: str
    sha256: str = ""


@dataclass(frozen=True)
class TinyRecipe:
    """Busybox and nothing else: no kernel, so the disk cannot boot."""


@dataclass(frozen=True)
class NoRecipe:
    """The image exists in Azure; nothing here can make it. `reason` says why, for people."""

    reason: str = ""


Recipe = MmdebstrapRecipe | TarRecipe | DiskRecipe | TinyRecipe | NoRecipe
