"""The host killed at any moment goes on where it was."""

from pathlib import Path

import pytest

from tests.conformance.functions_host.harness import APPS, HostProcess


@pytest.mark.parametrize("after_seconds", [0.0, 0.02, 0.06])
def test_orchestrations_survive_sigkill(tmp_path: Path, after_seconds: float) -> None:
    """Each is killed at a different moment of its life; all end with the right result."""
    host = HostProcess(APPS / "patterns", tmp_path / "data").start()
    try:
        chained = host.begin("chaining")
        fanned = host.begin("fan_out", {"count": 25})
        waiting = host.begin("approval", {"timeout": after_seconds * 10 + 0.3})
        counting = host.begin("count")
        host.client.get("/admin/host/status")
        if after_seconds:
            host.wait(chained, "Completed", "Running")
        host.kill()
        host.start()
        assert host.wait(chained)["output"] == ["Hello Tokyo!", "Hello Seattle!", "Hello Cairo!"]
        assert host.wait(fanned)["output"] == sum(n * n for n in range(25))
        assert host.wait(waiting)["output"] == "escalated"
        assert host.wait(counting)["output"] == [7, "counter refuses"]
    finally:
        host.close()


def test_graceful_stop_exits_with_zero_and_goes_on_after_the_next_start(tmp_path: Path) -> None:
    host = HostProcess(APPS / "patterns", tmp_path / "data").start()
    try:
        waiting = host.begin("approval", {"timeout": 60})
        host.wait(waiting, "Running")
        assert host.stop() == 0
        assert "Traceback" not in host.log()
        host.start()
        assert host.raise_event(waiting, "Approval", "after") == 202
        assert host.wait(waiting)["output"] == {"approved": "after"}
    finally:
        host.close()
