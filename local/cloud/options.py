"""The command line of the local cloud."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.cloud.forwarding import KEY_VARIABLE, Provider, parse_forward
from local.cloud.managed_state import ByTick, ByTime, Immediately, ManagedState


@dataclass(frozen=True)
class Options:
    port: int
    http_port: int
    data: Path
    storage: str
    guest: str
    state: ManagedState
    record: Path | None
    retry_after_seconds: int | None
    cores_quota: int
    forward: Mapping[str, Provider]


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m local.cloud",
        description="Azure Resource Manager on one machine, with VMs that run scripts.",
    )
    parser.add_argument("--port", type=int, default=8443, help="HTTPS port of ARM; 0 takes a free one")
    parser.add_argument(
        "--http-port", type=int, default=8080, help="port of managed identity; 0 takes a free one"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of all state")
    parser.add_argument(
        "--storage", default="UseDevelopmentStorage=true", help="connection string for exported disks"
    )
    parser.add_argument("--guest", choices=("local", "none"), default="local", help="what runs the scripts")
    _add_pace(parser)
    parser.add_argument(
        "--retry-after", type=int, help="send Retry-After in seconds, as Azure, in place of ms"
    )
    parser.add_argument("--cores-quota", type=int, default=100, help="vCPUs per region")
    parser.add_argument("--record", type=Path, help="write every exchange to this file as JSON lines")
    parser.add_argument(
        "--forward",
        action="append",
        default=[],
        type=parse_forward,
        metavar="NAMESPACE=URL",
        help=f"a resource provider served elsewhere; the function key that it asks for in {KEY_VARIABLE}",
    )
    given = parser.parse_args(arguments)
    return Options(
        port=given.port,
        http_port=given.http_port,
        data=given.data.absolute(),
        storage=given.storage,
        guest=given.guest,
        state=_state(dict(given.operation_seconds), given.operation_spread, given.operation_ticks),
        record=given.record,
        retry_after_seconds=given.retry_after,
        cores_quota=given.cores_quota,
        forward={provider.namespace.lower(): provider for provider in given.forward},
    )


def _add_pace(parser: argparse.ArgumentParser) -> None:
    """How operations go on: by time, or by ticks."""
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument(
        "--operation-seconds",
        action="append",
        default=[],
        type=_seconds,
        metavar="[KIND=]S",
        help="how long each operation takes at least, or those of a kind: 'PUT virtualMachines=60'",
    )
    pace.add_argument("--operation-ticks", type=int, default=0, help="operations wait for POST /_local/ticks")
    parser.add_argument(
        "--operation-spread", type=float, default=0.0, help="the share by which --operation-seconds vary"
    )


def _seconds(text: str) -> tuple[str, float]:
    """The kind of operation in lower case, empty for all, and its seconds. Raises ValueError."""
    kind, _, seconds = text.rpartition("=")
    return kind.strip().lower(), float(seconds)


def _state(seconds: dict[str, float], spread: float, ticks: int) -> ManagedState:
    if ticks:
        return ByTick(ticks)
    return ByTime(seconds.get("", 0.0), seconds, spread) if seconds else Immediately()
