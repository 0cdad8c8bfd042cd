"""Who may connect, and what is refused: tokens, unknown entities, what is not implemented."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from azure.core.credentials import AccessToken, AzureNamedKeyCredential
from azure.servicebus import ServiceBusClient as SyncClient
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import MessageNotFoundError, ServiceBusAuthenticationError
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from proton import ConnectionException
from proton.utils import BlockingConnection, LinkDetached

from tests.conformance.service_bus.conftest import StartBus
from tests.conformance.service_bus.harness import BusProcess, entities, queue, take

ENTITIES = entities(queue("orders"), queue("sync"))
SIGNING_KEY = generate_private_key(public_exponent=65537, key_size=2048)


class Credential:
    """An Entra credential whose tokens live for so many seconds."""

    def __init__(self, seconds: float = 3600, key: Any = SIGNING_KEY) -> None:
        expires = int(time.time() + seconds)
        claims = {"aud": "https://servicebus.azure.net", "exp": expires, "sub": "somebody"}
        # The client must believe in the token, or it would not put it.
        self.token = AccessToken(jwt.encode(claims, key, algorithm="RS256"), int(time.time()) + 3600)

    def get_token(self, *scopes: str, **options: object) -> AccessToken:
        return self.token


class AioCredential(Credential):
    async def get_token(self, *scopes: str, **options: object) -> AccessToken:  # type: ignore[override]
        return self.token

    async def close(self) -> None: ...

    async def __aenter__(self) -> "AioCredential":
        return self

    async def __aexit__(self, *error: object) -> None: ...


async def round_trip(client: ServiceBusClient) -> None:
    async with client.get_queue_sender("orders") as sender:
        await sender.send_messages(ServiceBusMessage("m"))
    async with client.get_queue_receiver("orders") as receiver:
        [message] = await take(receiver)
        await receiver.complete_message(message)


def run(address: str, credential: Any) -> None:
    async def with_client() -> None:
        async with ServiceBusClient(address, credential, use_tls=False, retry_total=0) as client:
            await round_trip(client)

    asyncio.run(with_client())


def test_an_access_token_lets_in_sync_and_aio(bus: BusProcess) -> None:
    run(bus.address, AioCredential())
    with (
        SyncClient(bus.address, Credential(), use_tls=False, retry_total=0) as client,
        client.get_queue_sender("sync") as sender,
    ):
        sender.send_messages(ServiceBusMessage("m"))


def test_an_expired_token_is_refused(bus: BusProcess) -> None:
    with pytest.raises(ServiceBusAuthenticationError):
        run(bus.address, AioCredential(-60))


def test_configured_keys_are_enforced(start_bus: StartBus, tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    public = SIGNING_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem.write_bytes(public)
    bus = start_bus(ENTITIES, "--sas-key", "app=secret", "--token-key", str(pem))
    bus.run(round_trip)  # the printed connection string carries the key
    run(bus.address, AzureNamedKeyCredential("app", "secret"))
    run(bus.address, AioCredential())
    other = generate_private_key(public_exponent=65537, key_size=2048)
    for wrong in (
        AzureNamedKeyCredential("app", "guess"),
        AzureNamedKeyCredential("nobody", "secret"),
        AioCredential(key=other),
    ):
        with pytest.raises(ServiceBusAuthenticationError):
            run(bus.address, wrong)


def test_without_a_token_nothing_can_be_attached(bus: BusProcess) -> None:
    connection = BlockingConnection(bus.address, timeout=10, allowed_mechs="ANONYMOUS")
    try:
        with pytest.raises(LinkDetached, match="put a token"):
            connection.create_sender("orders")
    finally:
        connection.close()


def test_transactions_are_refused_by_name(bus: BusProcess) -> None:
    from proton import Terminus
    from proton.reactor import LinkOption

    class Coordinator(LinkOption):
        def apply(self, link: Any) -> None:
            link.target.type = Terminus.COORDINATOR

    connection = BlockingConnection(bus.address, timeout=10, allowed_mechs="ANONYMOUS")
    try:
        with pytest.raises((LinkDetached, ConnectionException), match=r"transactions: not implemented"):
            connection.create_sender(None, options=Coordinator())
    finally:
        connection.close()


def test_an_unknown_entity_is_an_authentication_error_as_in_azure(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        with pytest.raises(ServiceBusAuthenticationError):
            async with client.get_queue_sender("nowhere"):
                pass

    bus.run(scenario)


def test_a_message_that_is_no_longer_scheduled_cannot_be_cancelled(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_queue_sender("sync") as sender:
            later = datetime.now(UTC) + timedelta(hours=1)
            [number] = await sender.schedule_messages(ServiceBusMessage("m"), later)
            await sender.cancel_scheduled_messages(number)
            with pytest.raises(MessageNotFoundError):
                await sender.cancel_scheduled_messages(number)

    bus.run(scenario)


def test_a_wrong_configuration_is_told_with_every_place(tmp_path: Path) -> None:
    wrong = entities(
        queue("q", LockDuration="PT1H", MaxDeliveryCount=0, ForwardTo="x", RequiresSession="yes")
    )
    bus = BusProcess(tmp_path, wrong).start()
    place = "UserConfig.Namespaces[0].Queues[0].Properties"
    for name in ("LockDuration", "MaxDeliveryCount", "ForwardTo", "RequiresSession"):
        assert f"{place}.{name}:" in bus.connection
    assert bus.stop() == 2
