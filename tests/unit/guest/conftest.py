"""A hypervisor of the test's own, and the tiny image in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.guest import Hypervisor, ScriptRequest, ScriptResult


@dataclass(frozen=True)
class Ran:
    """A script's result, with its output as text."""

    result: ScriptResult
    output: str
    errors: str


class Guest:
    """A hypervisor with shortcuts for tests."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.hypervisor = Hypervisor(data)
        tiny = next(image for image in self.hypervisor.marketplace() if image.offer == "tiny")
        self.tiny = self.hypervisor.prepare(tiny)

    def disk(self, disk_id: str, content_id: str | None = None) -> str:
        self.hypervisor.create_disk(disk_id, content_id or self.tiny, 1)
        return disk_id

    def request(  # noqa: PLR0913 - each is an optional part of the request
        self,
        text: str,
        *,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        timeout: float = 30,
        run_as: str | None = None,
        on_output: Callable[[bytes], None] = lambda _: None,
        on_error: Callable[[bytes], None] = lambda _: None,
        cancelled: threading.Event | None = None,
        data_disks: Mapping[int, str] | None = None,
    ) -> ScriptRequest:
        script = self.data / f"script-{threading.get_ident()}"
        script.write_text(text)
        return ScriptRequest(
            script=script,
            arguments=arguments,
            environment=environment or {},
            timeout_seconds=timeout,
            run_as=run_as,
            on_output=on_output,
            on_error=on_error,
            cancelled=cancelled or threading.Event(),
            hostname="vm1",
            data_disks=data_disks or {},
        )

    def run(  # noqa: PLR0913 - as above
        self,
        disk_id: str,
        text: str,
        *,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        timeout: float = 30,
        run_as: str | None = None,
        data_disks: Mapping[int, str] | None = None,
    ) -> Ran:
        output, errors = bytearray(), bytearray()
        request = self.request(
            text,
            arguments=arguments,
            environment=environment,
            timeout=timeout,
            run_as=run_as,
            on_output=output.extend,
            on_error=errors.extend,
            data_disks=data_disks,
        )
        result = self.hypervisor.run_script(disk_id, request)
        return Ran(result, output.decode(), errors.decode())

    def output(self, disk_id: str, text: str) -> str:
        """The output of a script that must succeed."""
        ran = self.run(disk_id, text)
        assert ran.result.exit_code == 0, ran
        return ran.output


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path / "guest")
