"""Layers through every part: what an earlier build has come to is not done again, and nothing else is."""

from pathlib import Path
from typing import Any

from local.guest.inspect import VhdImage
from tests.e2e.stack import Stack, shell, tiny

UUID = "cat /proc/sys/kernel/random/uuid"


def uses(run: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(step["cache"], step["cacheReason"]) for step in run["steps"]]


def built(
    stack: Stack, folder: Path, steps: list[dict[str, Any]], **body: Any
) -> tuple[dict[str, Any], VhdImage]:
    run_id = stack.build(tiny(steps), **body)
    run = stack.finish(run_id)
    assert (run["state"], run["error"]) == ("Succeeded", None)
    assert stack.left_over(run_id) == []
    return run, VhdImage(stack.download(run["outputs"][0]["uri"], folder / f"{run_id}.vhd"))


def test_only_what_changed_runs_again(stack: Stack, tmp_path: Path) -> None:
    early = shell("early", f"{UUID} | sudo tee /etc/early", "echo handed on > /tmp/handed-on")
    late = shell("late", "sudo cp /tmp/handed-on /etc/late")
    first, before = built(stack, tmp_path, [early, late])
    assert uses(first) == [("miss", "no layer of it is kept"), ("miss", "customize[0] before it runs")]
    changed = shell("late", "sudo cp /tmp/handed-on /etc/later")
    second, after = built(stack, tmp_path, [early, changed])
    assert uses(second) == [("hit", None), ("miss", "its script, its file or its settings have changed")]
    assert after.read_file("/etc/early") == before.read_file("/etc/early")
    assert after.read_file("/etc/later") == b"handed on\n"
    assert not after.exists("/etc/late")
    assert not after.exists("/var/lib/kiln-layer")
