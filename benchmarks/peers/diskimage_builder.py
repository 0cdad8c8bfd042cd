"""diskimage-builder from PyPI: elements, run in a chroot, and a disk by loop device and kpartx."""

from pathlib import Path

from benchmarks.peers import work
from benchmarks.peers.peer import Facts
from benchmarks.peers.tools import apt_install, pip_install, run

PACKAGE = "diskimage-builder==3.43.0"


class DiskimageBuilder:
    name = "diskimage-builder"

    def __init__(self) -> None:
        self._folder = Path()
        self._programs = Path()

    def install(self, programs: Path) -> Facts:
        apt_install("debootstrap", "kpartx", "qemu-utils", "gdisk", "dosfstools", "sudo")
        self._programs = pip_install(programs / "diskimage-builder", PACKAGE)
        return Facts(PACKAGE.partition("==")[2])

    def begin(self, folder: Path) -> None:
        self._folder = folder

    def build(self, line: str, slot: int = 0) -> None:
        project = self._folder / str(slot)
        self._write_element(project / "elements" / "work", line)
        environment = {
            "PATH": f"{self._programs}:/usr/sbin:/usr/bin:/sbin:/bin",
            "ELEMENTS_PATH": str(project / "elements"),
            "DIB_RELEASE": work.SUITE,
            "DIB_DISTRIBUTION_MIRROR": work.mirror(),
            "DIB_IMAGE_CACHE": str(self._folder / "0" / "cache"),
        }
        packages = ",".join([*work.base_packages(), "nginx"])
        options = ["-t", "vhd", "-o", "image", "--image-size", "4", "-p", packages, "-x"]
        command = ["disk-image-create", *options, "debian-minimal", "vm", "work"]
        run(command, folder=project, environment=environment)

    def result(self, slot: int = 0) -> Path:
        return self._folder / str(slot) / "image.vhd"

    def _write_element(self, element: Path, line: str) -> None:
        page = element / "static" / work.PAGE_PATH.lstrip("/")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(work.PAGE)
        script = element / "post-install.d" / "90-line"
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\necho '{line}' > {work.LINE_PATH}\n")
        script.chmod(0o755)
