"""The command line of the local Service Bus."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 5672


@dataclass(frozen=True)
class Options:
    """A port of 0 takes a free one. `shared_keys` are SAS keys by policy name."""

    port: int
    data: Path
    config: Path | None
    shared_keys: dict[str, str]
    public_key: Path | None


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m local.service_bus",
        description="Azure Service Bus on one machine: AMQP 1.0 on loopback.",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="AMQP port; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of all state")
    parser.add_argument("--config", type=Path, help="entities to declare: the emulator's Config.json")
    parser.add_argument(
        "--sas-key",
        action="append",
        default=[],
        metavar="POLICY=KEY",
        help="a policy's key; SAS tokens must then be signed by one of these",
    )
    parser.add_argument(
        "--token-key", type=Path, metavar="PEM", help="public key that access tokens must be signed by"
    )
    given = parser.parse_args(arguments)
    pairs = [item.partition("=") for item in given.sas_key]
    if any(not (name and key) for name, _, key in pairs):
        parser.error("--sas-key takes POLICY=KEY")
    return Options(
        port=given.port,
        data=given.data.absolute(),
        config=given.config,
        shared_keys={name: key for name, _, key in pairs},
        public_key=given.token_key,
    )
