"""`python -m local.functions_host APP_DIR --port P --data DIR [--rpc-port N] [--host ADDRESS] [--no-auth]`.

Prints one line, `functions host ready: http://ADDRESS:PORT`, when it serves; logs go to standard error.
SIGTERM and SIGINT stop it gracefully. Exit code 2 if the app, host.json or the command line is wrong.
"""

import argparse
import asyncio
import os
import signal
import sys
from ipaddress import ip_address
from pathlib import Path

from .errors import HostError
from .host import Host, HostOptions
from .logs import set_up_logs

_BAD_USAGE = 2


def _parse(arguments: list[str]) -> HostOptions:
    parser = argparse.ArgumentParser(
        prog="python -m local.functions_host", description="Runs a Functions app locally."
    )
    parser.add_argument("app_dir", type=Path, help="folder with function_app.py and host.json")
    parser.add_argument("--data", type=Path, required=True, help="folder for the task hub and the keys")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free port")
    parser.add_argument("--rpc-port", type=int, default=0, help="loopback port of the durable client's API")
    parser.add_argument("--no-auth", action="store_true", help="do not ask for keys; loopback only")
    given = parser.parse_args(arguments)
    if not given.app_dir.is_dir():
        parser.error(f"{given.app_dir} is not a folder")
    if given.no_auth and not _is_loopback(given.host):
        parser.error(f"--no-auth is allowed on loopback only, not on {given.host}")
    app_dir, data_dir = given.app_dir.resolve(), given.data.resolve()
    return HostOptions(app_dir, data_dir, given.host, given.port, given.rpc_port, auth=not given.no_auth)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _serve(options: HostOptions) -> None:
    host = Host(options, dict(os.environ))
    set_up_logs(host.config.log_levels)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    address = await host.start()
    print(f"functions host ready: {address}", flush=True)  # noqa: T201 - the one line others wait for
    await stopped.wait()
    await host.stop()


def main() -> int:
    """Runs the host until it is told to stop."""
    options = _parse(sys.argv[1:])
    try:
        asyncio.run(_serve(options))
    except HostError as error:
        print(f"functions host: {error}", file=sys.stderr)  # noqa: T201 - for the person at the terminal
        return _BAD_USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
