"""An exported VHD boots in QEMU to its login prompt, as a Gen1 machine and as a Gen2 machine."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.guest import Hypervisor, ScriptRequest

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
# Without Azure's services around it, cloud-init would wait for them.
SCRIPT = "touch /etc/cloud/cloud-init.disabled; echo booted-image > /etc/hostname"
BOOT_SECONDS = 400  # idle, 25; emulated on a busy machine, many times that

pytestmark = [
    pytest.mark.boot,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86 is not installed"),
]


@pytest.fixture(scope="module")
def vhd(hypervisor: Hypervisor, debian: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    name = f"boot-{uuid.uuid4().hex}"
    script = tmp_path_factory.mktemp("script") / "script.sh"
    script.write_text(SCRIPT)
    request = ScriptRequest(
        script, (), {}, 60, None, lambda _: None, lambda _: None, threading.Event(), "vm1"
    )
    hypervisor.create_disk(name, debian, 30)
    try:
        assert hypervisor.run_script(name, request).exit_code == 0
        hypervisor.freeze(name, name)
        yield hypervisor.export_vhd(name)
    finally:
        hypervisor.delete_disk(name)
        hypervisor.delete_content(name)


def console_until(process: subprocess.Popen[bytes], text: bytes) -> bytes:
    """What the serial console said until `text` came, the machine ended or the time was over."""
    assert process.stdout is not None
    deadline = time.monotonic() + BOOT_SECONDS
    seen = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while text not in seen and time.monotonic() < deadline:
            if selector.select(1):
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                seen += data
    return bytes(seen)


@pytest.mark.parametrize("generation", ["V1", "V2"])
def test_the_vhd_boots(vhd: Path, generation: str) -> None:
    if generation == "V2" and not FIRMWARE.exists():
        pytest.skip("ovmf is not installed")
    firmware = ["-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}"] if generation == "V2" else []
    machine = subprocess.Popen(
        [
            "qemu-system-x86_64", "-machine", "q35,accel=tcg", "-cpu", "qemu64", "-smp", "2", "-m", "1024",
            "-nographic", "-monitor", "none", "-nic", "none", "-no-reboot", *firmware,
            "-drive", f"file={vhd},format=vpc,if=virtio,snapshot=on",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    with machine:
        try:
            console = console_until(machine, b"booted-image login:")
        finally:
            machine.kill()
    assert b"booted-image login:" in console, console[-3000:].decode(errors="replace")
