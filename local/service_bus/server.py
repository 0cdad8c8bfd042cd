"""Runs the bus: AMQP on loopback until it is told to stop."""

import asyncio
import json
import signal
import socket

from local.service_bus.alarm import Alarm, now_ms
from local.service_bus.amqp.connection import AmqpConnection
from local.service_bus.amqp.service import Service
from local.service_bus.amqp.tokens import TokenRules
from local.service_bus.broker import Broker
from local.service_bus.configuration import read_configuration
from local.service_bus.database import Database
from local.service_bus.declaring import declare
from local.service_bus.errors import ConfigError
from local.service_bus.namespace import Namespace
from local.service_bus.options import Options
from local.service_bus.records import Records
from local.service_bus.turn import Turn

HOST = "127.0.0.1"
# Where no keys are configured every key is accepted; clients only want to see one.
_ANY_KEY = "SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE"


async def serve(options: Options) -> None:
    """Runs until SIGTERM or SIGINT. Prints one line of JSON when it serves. Raises ConfigError."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    declared = read_configuration(options.config) if options.config else []
    database = Database(options.data)
    declare(database, declared)
    namespace, broker = _compose(database, stop)
    connections: set[AmqpConnection] = set()
    service = Service(namespace, broker, _token_rules(options))
    listener = _listen(options.port)
    server = await loop.create_server(lambda: AmqpConnection(service, connections), sock=listener)
    namespace.tick()
    port = listener.getsockname()[1]
    print(json.dumps(ready_line(options, port)), flush=True)  # noqa: T201 - the contract
    await stop.wait()
    server.close()
    # What connections have yet to say is true from here on, as at the end of a turn.
    database.commit()
    for connection in list(connections):
        connection.shut_down()
    broker.alarm.stop()
    database.commit()
    database.close()


def ready_line(options: Options, port: int) -> dict[str, str]:
    return {
        "serviceBus": f"Endpoint=sb://{HOST}:{port};{_policy(options)};UseDevelopmentEmulator=true;",
        "amqp": f"amqp://{HOST}:{port}",
    }


def _compose(database: Database, stop: asyncio.Event) -> tuple[Namespace, Broker]:
    """The alarm rings in the namespace, which is made with it."""
    broker = Broker(
        database=database,
        records=Records(database),
        turn=Turn(database, stop.set),
        alarm=Alarm(lambda: namespace.tick()),  # noqa: PLW0108 - the namespace comes after
        clock=now_ms,
    )
    namespace = Namespace(broker)
    namespace.load()
    return namespace, broker


def _policy(options: Options) -> str:
    for name, key in options.shared_keys.items():
        return f"SharedAccessKeyName={name};SharedAccessKey={key}"
    return _ANY_KEY


def _token_rules(options: Options) -> TokenRules:
    if options.public_key is None:
        return TokenRules(options.shared_keys)
    try:
        return TokenRules(options.shared_keys, options.public_key.read_text())
    except OSError as error:
        raise ConfigError(f"--token-key: {error}") from error


def _listen(port: int) -> socket.socket:
    """Connections are accepted by the kernel from here on: ready is ready."""
    # The protocol is named because asyncio turns Nagle's delay off only for sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        raise ConfigError(f"port {port} cannot be used: {error.strerror}") from error
    listener.listen(512)
    return listener
