"""The parts that `up` starts: how each is started, and how it tells that it is ready."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import cast

from cli.json_types import Json
from cli.local import azurite
from cli.local.environment import CloudAccess, app_environment
from cli.local.home import CHECKOUT, Home
from cli.local.ports import HOST, is_listening

Ports = Mapping[str, int]
IMAGE_BUILDER = "Microsoft.VirtualMachineImages"  # the provider that the app itself is


@dataclass(frozen=True)
class Part:
    """One process. `readiness` reads what it has printed since its start; None while it is not ready."""

    name: str
    command: list[str]
    readiness: Callable[[str], Json | None]
    environment: dict[str, str] = field(default_factory=dict)
    code: tuple[str, ...] = ()

    @property
    def made_from(self) -> str:
        """Changes whenever the part would run differently: by its command, its environment or its code."""
        files = [(str(path), path.stat().st_mtime_ns) for path in self._code_files()]
        return sha256(json.dumps([self.command, self.environment, files]).encode()).hexdigest()

    def _code_files(self) -> list[Path]:
        places = [CHECKOUT / name for name in self.code]
        return sorted(
            file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])
        )


# What a part has loaded at its start: when it changes on disk, `up` starts the part again.
CLOUD_CODE = ("local/cloud", "local/guest", "arm_templates")
APP_CODE = ("function_app.py", "host.json", "triggers", "orchestrators", "activities", "shared")
HOST_CODE = ("local/functions_host",)
BUS_ENTITIES = CHECKOUT / "cli/local/service_bus.json"
BUS_CODE = ("local/service_bus", "cli/local/service_bus.json")
PORTS_OF: Mapping[str, tuple[str, ...]] = {
    "azurite": ("blob", "queue", "table"),
    "cloud": ("arm", "identity"),
    "service_bus": ("serviceBus",),
    "functions": ("functions",),
}


def azurite_part(home: Home, ports: dict[str, int]) -> Part:
    """Azurite says nothing when it is silent: it is ready when its three ports answer."""

    def readiness(_printed: str) -> Json | None:
        return {"ready": True} if all(is_listening(ports[name]) for name in PORTS_OF["azurite"]) else None

    return Part("azurite", azurite.command(home, ports), readiness)


def cloud_part(home: Home, ports: dict[str, int]) -> Part:
    """The local cloud prints one line of JSON when it is ready."""
    arguments = ["--port", str(ports["arm"]), "--http-port", str(ports["identity"])]
    arguments += ["--data", str(home.data("cloud")), "--storage", azurite.connection_string(ports)]
    arguments += ["--forward", f"{IMAGE_BUILDER}=http://{HOST}:{ports['functions']}/api"]
    command = [sys.executable, "-P", "-m", "local.cloud", *arguments]
    return Part("cloud", command, cloud_readiness, _python(), CLOUD_CODE)


def service_bus_part(home: Home, ports: dict[str, int]) -> Part:
    """The local Service Bus with Kiln's queue and topic prints one line of JSON when it is ready."""
    arguments = ["--port", str(ports["serviceBus"]), "--data", str(home.data("service_bus"))]
    command = [sys.executable, "-P", "-m", "local.service_bus", *arguments, "--config", str(BUS_ENTITIES)]
    return Part("service_bus", command, service_bus_readiness, _python(), BUS_CODE)


def functions_part(home: Home, ports: dict[str, int], cloud: CloudAccess, service_bus: str) -> Part:
    """The Functions host with Kiln's app in it; keys of functions are not asked for on loopback."""
    arguments = [str(CHECKOUT), "--port", str(ports["functions"]), "--data", str(home.data("functions"))]
    command = [sys.executable, "-P", "-m", "local.functions_host", *arguments, "--no-auth"]
    environment = app_environment(cloud, azurite.connection_string(ports), service_bus)
    return Part("functions", command, functions_readiness, {**_python(), **environment}, APP_CODE + HOST_CODE)


def cloud_readiness(printed: str) -> Json | None:
    """The last line that is a JSON object with the address of ARM in it."""
    return _json_line(printed, "arm")


def service_bus_readiness(printed: str) -> Json | None:
    """The last line that is a JSON object with the connection string in it."""
    return _json_line(printed, "serviceBus")


def _json_line(printed: str, name: str) -> Json | None:
    for line in reversed(printed.splitlines()):
        if line.startswith("{") and f'"{name}"' in line:
            try:
                return cast("Json", json.loads(line))
            except ValueError:  # half a line, still being written
                return None
    return None


def functions_readiness(printed: str) -> Json | None:
    found = re.search(r"^functions host ready: (http\S+)$", printed, re.MULTILINE)
    return {"functions": found[1].rstrip("/")} if found else None


def _python() -> dict[str, str]:
    """So that `-m local.…` is this checkout's, and prints at once."""
    return {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
