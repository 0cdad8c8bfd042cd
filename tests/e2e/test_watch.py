"""The watch finds a newer Marketplace version and has its followers built: with a bus, and without one."""

from pathlib import Path
from typing import Any

import httpx

from cli.local import processes
from tests.e2e.factory import TINY, Factory, until
from tests.e2e.stack import Stack

ROW = """[[image]]
publisher = "Kiln"
offer = "tiny"
sku = "tiny-gen2"
versions = [{versions}]
generation = "V2"
os_disk_gib = 1
recipe = {{ kind = "tiny" }}
"""


def publish(stack: Stack, *versions: str) -> None:
    """Makes these the Marketplace's versions; the cloud reads its catalogue when it starts."""
    catalogue = Path(stack.home.data("cloud")) / "guest" / "marketplace.toml"
    catalogue.write_text(ROW.format(versions=", ".join(f'"{version}"' for version in versions)))
    running = processes.find(stack.home, "cloud")
    assert running is not None
    processes.stop(stack.home, running)
    stack.start_again()


def watch(stack: Stack, *, has_bus: bool, name: str) -> Any:
    """One look, as the timer begins it; what was new."""
    web = f"{stack.local.endpoints.functions}/runtime/webhooks/durabletask"
    asked = {"has_bus": has_bus, "poll": {"first_seconds": 0.1}}
    started = httpx.post(f"{web}/orchestrators/watch_sources/{name}", json=asked, trust_env=False)
    assert started.status_code == 202, started.text

    def look() -> dict[str, Any] | None:
        status = httpx.get(f"{web}/instances/{name}", trust_env=False).json()
        assert status["runtimeStatus"] not in ("Failed", "Terminated"), status
        return status if status["runtimeStatus"] == "Completed" else None

    return until(look, "look at the sources")["output"]


def test_a_newer_marketplace_version_is_built_in(stack: Stack) -> None:
    publish(stack, "1.0.0")
    factory = Factory(stack, "watched")
    factory.make_template("web", TINY, "true", vhd=False)
    factory.start("web")
    factory.finished("web", 1)
    factory.follow_source("web")
    publish(stack, "1.0.0", "1.0.7")
    assert watch(stack, has_bus=True, name="over-the-bus") == [f"{TINY}:1.0.7"]
    assert factory.finished("web", 2)["source"]["exactVersion"] == f"{TINY}:1.0.7"
    factory.nothing_left_to_hear()
    assert watch(stack, has_bus=True, name="nothing-new") == []
    publish(stack, "1.0.7", "1.1.0")
    assert watch(stack, has_bus=False, name="without-a-bus") == [f"{TINY}:1.1.0"]
    assert factory.finished("web", 3)["source"]["exactVersion"] == f"{TINY}:1.1.0"
