"""Layers through every part: what an earlier build has come to is not done again, and nothing else is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.local.blobs import publish
from local.guest.inspect import VhdImage
from tests.e2e.factory import until
from tests.e2e.image_contents import contents
from tests.e2e.stack import Stack, shell, tiny

API = "2025-01-02"
CHANGED = "its script, its file or its settings have changed"
UUID = "cat /proc/sys/kernel/random/uuid"
EARLY = shell("early", f"{UUID} | sudo tee /etc/early", "echo handed on > /tmp/handed-on")
LATE = shell("late", "sudo cp /tmp/handed-on /etc/late")


class Image:
    """A build that ended well, and the disk that it published."""

    def __init__(self, stack: Stack, folder: Path, template: dict[str, Any], **body: Any) -> None:
        answer = stack.call("POST", "/builds", json={"name": "layered", "template": template, **body})
        assert answer.status_code == 202, answer.text
        self.run = stack.finish(answer.json()["id"])
        assert (self.run["state"], self.run["error"]) == ("Succeeded", None)
        assert stack.left_over(self.run["id"]) == []
        self.file = stack.download(self.run["outputs"][0]["uri"], folder / f"{self.run['id']}.vhd")
        self.disk = VhdImage(self.file)

    @property
    def caches(self) -> list[str]:
        """Per customizer, `hit` or why it ran."""
        return [step["cacheReason"] or step["cache"] for step in self.run["steps"]]

    def read(self, path: str) -> str:
        return self.disk.read_file(path).decode()


def build(stack: Stack, folder: Path, *steps: dict[str, Any], **body: Any) -> Image:
    return Image(stack, folder, tiny(list(steps)), **body)


def layers(stack: Stack) -> list[dict[str, Any]]:
    group = f"/subscriptions/{stack.local.endpoints.subscriptionId}/resourceGroups/kiln"
    found = stack.arm("GET", f"{group}/providers/Microsoft.Compute/snapshots?api-version={API}")
    return [snapshot for snapshot in found["value"] if "kiln-layer" in snapshot.get("tags", {})]


@pytest.fixture(autouse=True)
def no_layers(stack: Stack) -> None:
    """Each test begins with none."""
    for layer in layers(stack):
        stack.arm("DELETE", f"{layer['id']}?api-version={API}")
    until(lambda: None if layers(stack) else True, "end of the layers")


def test_only_what_changed_runs_again(stack: Stack, tmp_path: Path) -> None:
    before = build(stack, tmp_path, EARLY, LATE)
    assert before.caches == ["no layer of it is kept", "customize[0] before it runs"]
    after = build(stack, tmp_path, EARLY, shell("late", "sudo cp /tmp/handed-on /etc/later"))
    assert after.caches == ["hit", CHANGED]
    assert f"kept by run {before.run['id']}" in after.run["notes"][0]
    assert [step["state"] for step in after.run["steps"]] == ["Skipped", "Succeeded"]
    assert after.read("/etc/early") == before.read("/etc/early")
    assert after.read("/etc/later") == "handed on\n"
    assert not after.disk.exists("/etc/late")
    assert not after.disk.exists("/var/lib/kiln-layer")
    whole = build(stack, tmp_path, EARLY, LATE)
    assert whole.caches == ["hit", "hit"]
    assert contents(whole.disk, whole.file) == contents(before.disk, before.file)


def test_what_is_different_misses(stack: Stack, tmp_path: Path) -> None:
    build(stack, tmp_path, EARLY, LATE)
    other = shell("early", "echo another > /tmp/handed-on", f"{UUID} | sudo tee /etc/early")
    assert build(stack, tmp_path, other, LATE).caches == [CHANGED, "customize[0] before it runs"]
    alone = shell("alone", "true")
    build(stack, tmp_path, alone, EARLY)
    assert build(stack, tmp_path, EARLY, alone).caches == ["hit", CHANGED]
    template = tiny([EARLY, LATE])
    template["properties"]["vmProfile"] = {"vmSize": "Standard_D4s_v5"}
    machine = "the machine is another one: region, size, disk, network or identities"
    assert Image(stack, tmp_path, template).caches[0] == machine


def test_the_bytes_of_a_file_count_and_not_where_they_came_from(stack: Stack, tmp_path: Path) -> None:
    def page(container: str, text: str) -> dict[str, Any]:
        folder = tmp_path / container
        folder.mkdir(exist_ok=True)
        (folder / "page").write_text(text)
        uri = f"{publish(stack.local.endpoints.storage, container, folder)}/page"
        return {"type": "File", "name": "page", "sourceUri": uri, "destination": "/etc/page"}

    build(stack, tmp_path, page("pages", "one"))
    assert build(stack, tmp_path, page("elsewhere", "one")).caches == ["hit"]
    changed = build(stack, tmp_path, page("pages", "two"))
    assert changed.caches == [CHANGED]
    assert changed.read("/etc/page") == "two"


def test_a_secret_that_changed_misses_and_is_written_nowhere(stack: Stack, tmp_path: Path) -> None:
    def with_secret(value: str) -> Image:
        uri = stack.secret("kiln-layers", "token", value)
        use = {
            **shell("use", 'printf %s "$TOKEN" | sudo tee /etc/token >/dev/null'),
            "secrets": {"TOKEN": uri},
        }
        return Image(stack, tmp_path, {**tiny([use]), "apiVersion": "2025-10-01-kiln"})

    first = with_secret("correct horse")
    assert with_secret("correct horse battery").read("/etc/token") == "correct horse battery"
    tags = [text for layer in layers(stack) for text in layer["tags"].values()]
    assert len(tags) >= 2
    assert not any("horse" in text or "token" in text for text in tags)
    assert "horse" not in str(first.run)


def test_an_expired_layer_misses(stack: Stack, tmp_path: Path) -> None:
    build(stack, tmp_path, EARLY)
    [layer] = layers(stack)
    over = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    body = {"tags": {**layer["tags"], "kiln-expires": over}}
    stack.arm("PATCH", f"{layer['id']}?api-version={API}", body)
    assert build(stack, tmp_path, EARLY).caches == [f"its layer expires at {over}"]


def test_marks_the_tag_and_the_request_switch_it_off(stack: Stack, tmp_path: Path) -> None:
    first = build(stack, tmp_path, EARLY)
    bypassed = build(stack, tmp_path, EARLY, cache=False)
    assert bypassed.caches == ["the run was started without the cache"]
    assert bypassed.read("/etc/early") != first.read("/etc/early")
    # What a run without the cache kept is newer, and so it is what others begin with.
    assert build(stack, tmp_path, EARLY).read("/etc/early") == bypassed.read("/etc/early")
    tagged = {**tiny([EARLY]), "tags": {"kiln-cache": "off"}}
    assert Image(stack, tmp_path, tagged).caches == ["the template's tag kiln-cache is off"]
    marked = {**tiny([EARLY, {**LATE, "cache": "always"}]), "apiVersion": "2025-10-01-kiln"}
    reasons = ["hit", "customize[1] is marked to run always"]
    assert [Image(stack, tmp_path, marked).caches for _ in range(2)] == [reasons, reasons]


def test_a_layer_that_goes_away_costs_time_and_not_the_build(stack: Stack, tmp_path: Path) -> None:
    build(stack, tmp_path, EARLY)
    stack.fault("^PUT .*/Microsoft.Compute/disks/", operation="fail", code="SnapshotGone")
    image = build(stack, tmp_path, EARLY, LATE)
    assert image.caches[0] == "the layer that holds it could not be used"
    assert [step["state"] for step in image.run["steps"]] == ["Succeeded", "Succeeded"]
    assert any(note.startswith("the layer could not be used: ") for note in image.run["notes"])
    assert image.read("/etc/late") == "handed on\n"


def test_the_janitor_removes_what_is_there_twice(stack: Stack, tmp_path: Path) -> None:
    build(stack, tmp_path, EARLY)
    kept = build(stack, tmp_path, EARLY, cache=False)
    assert len(layers(stack)) == 2
    assert stack.call("POST", "/janitor").status_code == 202
    until(lambda: len(layers(stack)) == 1 or None, "end of the older layer")
    [left] = layers(stack)
    assert left["tags"]["kiln-layer-run"] == kept.run["id"]
