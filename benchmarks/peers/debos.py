"""debos of Debian 12, without its virtual machine. It caches nothing; its way is to pack a base tree once."""

import shutil
from pathlib import Path

from benchmarks.peers import work
from benchmarks.peers.peer import Facts
from benchmarks.peers.tools import apt_install, in_own_run, run, to_vhd, version_of

BASE = """\
architecture: amd64
actions:
  - action: debootstrap
    suite: {suite}
    components: [main]
    mirror: {mirror}
    variant: minbase
  - action: apt
    recommends: false
    packages: [{packages}]
  - action: pack
    file: base.tar.gz
"""
IMAGE = """\
architecture: amd64
actions:
  - action: unpack
    file: base.tar.gz
  - action: overlay
    source: files
  - action: run
    chroot: true
    command: echo '{line}' > {line_path}
  - action: image-partition
    imagename: image.raw
    imagesize: 4GiB
    partitiontype: gpt
    mountpoints:
      - mountpoint: /
        partition: root
    partitions:
      - name: root
        fs: ext4
        start: 1MB
        end: 100%
  - action: filesystem-deploy
"""
# It asks udev whether a partition's node is there; without udev it is there at once.
NO_UDEV = "#!/bin/sh\nexit 0\n"


class Debos:
    name = "debos"

    def __init__(self) -> None:
        self._folder = Path()

    def install(self, _programs: Path) -> Facts:
        apt_install("debos", "systemd-container", "debootstrap", "parted", "qemu-utils")
        return Facts(version_of("debos"), "no boot loader")

    def begin(self, folder: Path) -> None:
        self._folder = folder

    def build(self, line: str, slot: int = 0) -> None:
        project = self._folder / str(slot)
        page = project / "files" / work.PAGE_PATH.lstrip("/")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(work.PAGE)
        packages = ", ".join([*work.base_packages(), "nginx"])
        base = BASE.format(suite=work.SUITE, mirror=work.mirror(), packages=packages)
        packed = self._folder / "0" / "base.tar.gz"
        if not packed.exists():
            self._run(project, "base.yaml", base)
        elif slot:
            shutil.copy(packed, project)
        self._run(project, "image.yaml", IMAGE.format(line=line, line_path=work.LINE_PATH))
        to_vhd(project / "image.raw")

    def result(self, slot: int = 0) -> Path:
        return self._folder / str(slot) / "image.vhd"

    def _run(self, project: Path, name: str, recipe: str) -> None:
        (project / name).write_text(recipe)
        shim = project / "bin"
        shim.mkdir(exist_ok=True)
        (shim / "udevadm").write_text(NO_UDEV)
        (shim / "udevadm").chmod(0o755)
        command = f"mkdir -p /dev/disk && PATH={shim}:$PATH exec debos --disable-fakemachine {name}"
        run(in_own_run(["sh", "-c", command]), folder=project)
