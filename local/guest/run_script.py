"""Runs one script in a disk: a fresh writable layer, its own namespaces, streamed output, a certain end."""

from __future__ import annotations

import os
import selectors
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from local.guest import data_disks, sandbox
from local.guest.errors import GuestError
from local.guest.isolation import GuestSpec, Tier, start
from local.guest.layers import Layers, remove_tree
from local.guest.limits import limited
from local.guest.merge import merge_if_many
from local.guest.overlay import lower_directories
from local.guest.store import DiskState, Store

_KILLED = 137
_NOT_ENTERED = 125
_CHUNK = 1 << 16
_CANCEL_CHECK_SECONDS = 0.05
_END_SECONDS = 10.0  # after a kill; the kernel needs milliseconds
_RUN_PREFIX = "run-"


@dataclass(frozen=True)
class ScriptRequest:
    """One script to run in a guest.

    Output arrives as bytes, as it appears, on the calling thread. `run_as` is a user of the guest (None:
    root). An error of a callback ends the script. `data_disks` are LUNs from 0 to 63 -> disk ids.
    """

    script: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    timeout_seconds: float
    run_as: str | None
    on_output: Callable[[bytes], None]
    on_error: Callable[[bytes], None]
    cancelled: Event
    hostname: str
    data_disks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptResult:
    """How a script ended. A script that was killed has exit code 137."""

    exit_code: int
    timed_out: bool
    cancelled: bool


def run_script(store: Store, tier: Tier, disk_id: str, request: ScriptRequest) -> ScriptResult:
    """The script's effects are kept whatever its exit code, as on a real disk.

    If this process dies meanwhile, the script dies too and none of its effects is kept.
    """
    layers = Layers(store, tier)
    if disk_id in request.data_disks.values():
        raise GuestError("InvalidDataDisk", f"Disk {disk_id!r} is the OS disk; it cannot be a data disk too.")
    with store.lock(f"disk-{disk_id}"):
        disk = store.disk(disk_id)
        _check(disk_id, disk)
        for abandoned in store.disk_directory(disk_id).glob(f"{_RUN_PREFIX}*"):
            remove_tree(tier, abandoned)
        run = store.disk_directory(disk_id) / f"{_RUN_PREFIX}{store.new_layer()}"
        for name in ("upper", "work", "root", "machine", "data"):
            (run / name).mkdir(parents=True)
        try:
            with data_disks.attached(store, request.data_disks, run / "data") as attached:
                result = _run(store, tier, disk, run, request, attached)
                data_disks.keep(store, attached)
            sandbox.remove_traces(run / "machine", run / "upper")
            merge_if_many(store, tier, disk_id, layers.append(disk_id, run / "upper"))
        finally:
            remove_tree(tier, run)
        if attached:
            layers.sweep()
        return result


def _check(disk_id: str, disk: DiskState) -> None:
    if disk.os_type == "Windows":
        raise GuestError(
            "WindowsGuest", f"Disk {disk_id!r} has Windows; this local cloud runs Linux guests only."
        )
    if not disk.layers:
        raise GuestError(
            "DiskNotBootable", f"Disk {disk_id!r} is empty: no operating system can run a script."
        )


def _run(
    store: Store,
    tier: Tier,
    disk: DiskState,
    run: Path,
    request: ScriptRequest,
    attached: tuple[data_disks.Attached, ...],
) -> ScriptResult:
    sandbox.make_layer(run / "machine", store, disk.layers)
    # The guest's root directory takes its permissions from the topmost layers, not from this process's umask.
    mode = stat.S_IMODE((store.layers / disk.layers[-1]).stat().st_mode)
    for name in ("upper", "machine"):
        (run / name).chmod(mode)
    here = run.relative_to(store.data)
    lower = lower_directories(store, disk.layers, over=[str(here / "machine")])
    with limited() as limits:
        spec = GuestSpec(
            store=store.data,
            options=f"lowerdir={lower},upperdir={here}/upper,workdir={here}/work,volatile,{tier.overlay_options}",
            root=here / "root",
            command=sandbox.script_command(request.arguments, request.run_as),
            hostname=request.hostname,
            directory=sandbox.SCRIPT_DIRECTORY,
            environment=sandbox.environment(request.environment),
            files=sandbox.guest_files(request.script),
            cgroups=limits.cgroups,
            processes=limits.processes,
            devices=data_disks.devices(attached),
            links=data_disks.links(attached),
        )
        return _Execution(request).run(tier, spec)


class _Execution:
    """One process from its start to its certain end."""

    def __init__(self, request: ScriptRequest) -> None:
        self._request = request
        self._deadline = time.monotonic() + request.timeout_seconds
        self._timed_out = False
        self._cancelled = False

    def run(self, tier: Tier, spec: GuestSpec) -> ScriptResult:
        report, report_end = os.pipe()
        with os.fdopen(report, "rb") as reasons:
            try:
                process = start(tier, spec, report_end, subprocess.PIPE, subprocess.PIPE)
            finally:
                os.close(report_end)
            with process:
                try:
                    self._follow(process)
                finally:
                    _end(process)
            reason = reasons.read().decode(errors="replace")
        if reason and process.returncode == _NOT_ENTERED:
            raise GuestError("GuestNotStarted", f"The script could not be started in the guest: {reason}")
        killed = self._timed_out or self._cancelled
        return ScriptResult(_KILLED if killed else process.returncode, self._timed_out, self._cancelled)

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        """Hands on the output until both streams end or the script must."""
        with selectors.DefaultSelector() as selector:
            sinks = ((process.stdout, self._request.on_output), (process.stderr, self._request.on_error))
            for stream, sink in sinks:
                if stream is not None:
                    selector.register(stream.fileno(), selectors.EVENT_READ, sink)
            while selector.get_map() and not self._must_end():
                wait = min(max(self._deadline - time.monotonic(), 0), _CANCEL_CHECK_SECONDS)
                for key, _ in selector.select(wait):
                    data = os.read(key.fd, _CHUNK)
                    if data:
                        key.data(data)
                    else:
                        selector.unregister(key.fd)
        while process.poll() is None and not self._must_end():
            self._pause(process)

    def _pause(self, process: subprocess.Popen[bytes]) -> None:
        """Waits a little for a process that has closed its streams but not ended."""
        try:
            process.wait(_CANCEL_CHECK_SECONDS)
        except subprocess.TimeoutExpired:
            return

    def _must_end(self) -> bool:
        self._cancelled = self._cancelled or self._request.cancelled.is_set()
        self._timed_out = not self._cancelled and time.monotonic() >= self._deadline
        return self._cancelled or self._timed_out


def _end(process: subprocess.Popen[bytes]) -> None:
    """Returns when the process and everything it started in the guest is gone."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise GuestError(
            "GuestNotStopped", "The guest's processes did not end after they were killed."
        ) from None
