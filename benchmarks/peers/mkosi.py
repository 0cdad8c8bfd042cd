"""mkosi of Debian 12. `--incremental` keeps the tree with all packages; files and scripts come after it."""

from pathlib import Path

from benchmarks.peers import work
from benchmarks.peers.peer import Facts
from benchmarks.peers.tools import apt_install, in_own_run, run, to_vhd, version_of

CONFIGURATION = """\
[Distribution]
Distribution=debian
Release={suite}
Mirror={mirror}
[Output]
Format=gpt_ext4
Output=image.raw
[Partitions]
RootSize=4G
[Content]
Bootable={bootable}
Packages={packages}
"""
OUTPUT = "image.raw"
FILE_SYSTEMS = Path("/proc/filesystems")


class Mkosi:
    name = "mkosi"

    def __init__(self) -> None:
        self._folder = Path()
        self._bootable = "vfat" in FILE_SYSTEMS.read_text()

    def install(self, _programs: Path) -> Facts:
        apt_install("mkosi", "systemd-container", "debootstrap", "dosfstools", "qemu-utils")
        less = "" if self._bootable else "no boot loader (it mounts an ESP, and this kernel has no vfat)"
        return Facts(version_of("mkosi"), less)

    def begin(self, folder: Path) -> None:
        self._folder = folder

    def build(self, line: str, slot: int = 0) -> None:
        project = self._project(line, slot)
        options = ["--default", "mkosi.conf", "--nspawn-keep-unit", "--incremental", "--force"]
        place = ["--workspace-dir", str(self._folder)]
        run(in_own_run(["mkosi", *options, *place, "build"]), folder=project)
        to_vhd(project / OUTPUT)
        if slot:
            (project / OUTPUT).unlink()  # twenty of them would be too much for many a disk

    def result(self, slot: int = 0) -> Path:
        return self._folder / str(slot) / "image.vhd"

    def _project(self, line: str, slot: int) -> Path:
        project = self._folder / str(slot)
        first = self._folder / "0"
        if not project.exists() and first.exists():
            project.mkdir()
            kept = [str(entry) for entry in first.iterdir() if entry.name.startswith(f"{OUTPUT}.cache")]
            run(["cp", "-a", "--sparse=always", *kept, str(project)])
        page = project / "mkosi.extra" / work.PAGE_PATH.lstrip("/")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(work.PAGE)
        script = project / "mkosi.postinst"
        script.write_text(f"#!/bin/sh\necho '{line}' > {work.LINE_PATH}\n")
        script.chmod(0o755)
        (project / "mkosi.conf").write_text(
            CONFIGURATION.format(
                suite=work.SUITE,
                mirror=work.mirror(),
                bootable="yes" if self._bootable else "no",
                packages="\n  ".join([*work.base_packages(), "nginx"]),
            )
        )
        return project
