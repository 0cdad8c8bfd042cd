"""What `kiln doctor` looks at. A check finds something and never changes anything."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.json_types import Json
from cli.local import azurite, debian
from cli.local.files import read_json
from cli.local.home import Home
from cli.local.parts import PORTS_OF
from cli.local.ports import DEFAULT_PORTS, is_free, wanted_port
from cli.local.processes import Running
from cli.local.supervisor import status

SUPPORTED = ((3, 11), (3, 12))
LEAST_FREE_BYTES = 5 * 1024**3
GIB = 1024**3


@dataclass(frozen=True)
class Check:
    """One finding; `fix` says what to do when it is not ok."""

    name: str
    ok: bool
    finding: str
    fix: str = ""

    def to_json(self) -> Json:
        return {**asdict(self), "fix": self.advice}

    @property
    def advice(self) -> str:
        """The fix, where one is needed."""
        return "" if self.ok else self.fix


def run_checks(home: Home) -> list[Check]:
    """All checks, in the order in which one would fix them."""
    running = status(home)
    checks: list[Callable[[], Check]] = [
        check_python,
        check_packages,
        check_isolation,
        check_node,
        lambda: check_azurite(home),
        lambda: check_disk(home),
        lambda: check_ways(home),
        lambda: check_ports(home, running),
        lambda: check_parts(running),
    ]
    return [check() for check in checks]


def check_python() -> Check:
    version = ".".join(str(number) for number in sys.version_info[:3])
    return Check("python", sys.version_info[:2] in SUPPORTED, version, "install Python 3.11 or 3.12")


def check_packages(packages: Mapping[str, str] = debian.RUN_PACKAGES) -> Check:
    wanted = debian.missing(packages)
    if not wanted:
        return Check("Debian packages", True, f"all {len(packages)} are here")
    names = " ".join(wanted)
    return Check("Debian packages", False, f"missing: {names}", f"as root: apt-get install {names}")


def check_ways(home: Home) -> Check:
    """The guest's choices where disks will lie: never wrong, only faster or slower."""
    from local.guest.hypervisor import Hypervisor

    home.create()
    with tempfile.TemporaryDirectory(prefix="doctor-", dir=home.root) as scratch:
        return Check("fast paths", True, "; ".join(Hypervisor(Path(scratch)).ways()))


def check_isolation() -> Check:
    """Asks the guest itself how it would run a script here."""
    from local.guest.errors import GuestError
    from local.guest.hypervisor import Hypervisor

    with tempfile.TemporaryDirectory(prefix="kiln-doctor-") as scratch:
        try:
            return Check("isolation", True, Hypervisor(Path(scratch)).tier())
        except GuestError as error:
            return Check("isolation", False, str(error), "allow user namespaces, or run as root")


def check_node() -> Check:
    found = azurite.node()
    return Check("node", found is not None, found or "none that is new enough", "./kiln up installs it")


def check_azurite(home: Home) -> Check:
    found = azurite.installed_version(home)
    return Check("azurite", found == azurite.VERSION, found or "not installed", "./kiln up installs it")


def check_disk(home: Home) -> Check:
    """Of the file system that the state is on, or will be on."""
    folder = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    finding = f"{free / GIB:.1f} GiB free at {home.root}"
    enough = free >= LEAST_FREE_BYTES
    return Check("disk space", enough, finding, f"free {LEAST_FREE_BYTES // GIB} GiB, or set KILN_HOME")


def check_ports(home: Home, running: Mapping[str, Running | None]) -> Check:
    """A port in use by something else is no fault: `up` takes another one, and remembers it."""
    ours = {name for part, process in running.items() if process for name in PORTS_OF[part]}
    remembered = read_json(home.ports) or {}
    ports = {name: wanted_port(remembered, name) for name in DEFAULT_PORTS}
    taken = [f"{name} {port}" for name, port in ports.items() if name not in ours and not is_free(port)]
    if taken:
        return Check("ports", True, f"taken, so others will be used: {', '.join(taken)}")
    return Check("ports", True, ", ".join(f"{name} {port}" for name, port in ports.items()))


def check_parts(running: Mapping[str, Running | None]) -> Check:
    """All or none: some alone cannot work."""
    alive = [name for name, process in running.items() if process]
    dead = [name for name, process in running.items() if not process]
    if not alive:
        return Check("parts", True, "none is running; ./kiln up starts them")
    return Check(
        "parts", not dead, f"running: {', '.join(alive)}", f"./kiln up starts {', '.join(dead)} again"
    )
