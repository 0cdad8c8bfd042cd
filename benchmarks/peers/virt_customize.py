"""virt-customize: changes a finished disk in a virtual machine of its own. The disk is Kiln's base."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.peers import work
from benchmarks.peers.peer import Case, Facts
from benchmarks.peers.tools import apt_install, run, to_vhd, version_of

# Without KVM the machine is emulated; the direct backend needs no libvirt.
ENVIRONMENT = {"LIBGUESTFS_BACKEND": "direct", "LIBGUESTFS_MEMSIZE": "1024"}


class VirtCustomize:
    name = "virt-customize"

    def __init__(self, base_disk: Callable[[], Path]) -> None:
        self._base_disk = base_disk
        self._folder = Path()

    def install(self, _programs: Path) -> Facts:
        apt_install("guestfs-tools", "libguestfs-tools", "linux-image-cloud-amd64", "qemu-utils")
        refused = {Case.COLD: "it starts from a finished disk and makes none"}
        return Facts(version_of("guestfs-tools"), "not generalized; starts from Kiln's base disk", refused)

    def begin(self, folder: Path) -> None:
        self._folder = folder

    def build(self, line: str, slot: int = 0) -> None:
        project = self._folder / str(slot)
        project.mkdir(exist_ok=True)
        (project / "index.html").write_text(work.PAGE)
        raw = project / "image.raw"
        run(["cp", "--sparse=always", str(self._base_disk()), str(raw)])
        steps = [
            *("--install", "nginx"),
            *("--upload", f"{project / 'index.html'}:{work.PAGE_PATH}"),
            *("--run-command", f"echo '{line}' > {work.LINE_PATH}"),
        ]
        run(["virt-customize", "--format", "raw", "-a", str(raw), *steps], environment=ENVIRONMENT)
        to_vhd(raw)

    def result(self, slot: int = 0) -> Path:
        return self._folder / str(slot) / "image.vhd"
