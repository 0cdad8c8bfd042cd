"""Instances of another version than the app's: left alone, taken up by a newer app, or failed."""

import json
import shutil
from pathlib import Path

from tests.conformance.functions_host.harness import APPS, WEBHOOK, HostProcess


def app(folder: Path, version: str, failure: str = "Reject") -> Path:
    durable = {"hubName": "Versions", "defaultVersion": version, "versionFailureStrategy": failure}
    shutil.copytree(APPS / "patterns", folder, dirs_exist_ok=True)
    (folder / "host.json").write_text(json.dumps({"extensions": {"durableTask": durable}}))
    return folder


def begin(host: HostProcess, version: str) -> str:
    response = host.client.post(f"{WEBHOOK}/orchestrators/chaining", params={"version": version})
    return str(response.json()["id"])


def test_a_newer_instance_waits_for_the_newer_app(tmp_path: Path) -> None:
    host = HostProcess(app(tmp_path / "app", "2.0"), tmp_path / "data").start()
    try:
        newer, older = begin(host, "3.0"), begin(host, "1.0")
        assert host.wait(older)["runtimeStatus"] == "Completed"
        assert host.status(newer)["runtimeStatus"] == "Pending"
        assert "is greater than the worker version '2.0'" in host.log()
        host.stop()
        app(tmp_path / "app", "3.0")
        host.start()
        assert host.wait(newer)["runtimeStatus"] == "Completed"
    finally:
        host.close()


def test_a_newer_instance_fails_where_the_app_says_so(tmp_path: Path) -> None:
    host = HostProcess(app(tmp_path / "app", "2.0", "Fail"), tmp_path / "data").start()
    try:
        status = host.wait(begin(host, "2.1"))
        assert status["runtimeStatus"] == "Failed"
        assert status["output"] == (
            "The orchestration version '2.1' is greater than the worker version '2.0'."
        )
    finally:
        host.close()
