"""Puts the parts together: the one place that knows all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route

from local.cloud.app import FrontDoor, create_app, door_app
from local.cloud.arm import Arm
from local.cloud.arm_ids import ArmId
from local.cloud.catalogue import Catalogue, platform_image
from local.cloud.cloud import Cloud
from local.cloud.door import Door
from local.cloud.executions import Executions
from local.cloud.faults import Faults
from local.cloud.forwarded_resources import ForwardedResources
from local.cloud.forwarding import Forwarding
from local.cloud.guests import create_guest
from local.cloud.identity.authority import Authority
from local.cloud.identity.certificates import ensure_certificates
from local.cloud.identity.keys import ensure_identity_header, ensure_signing_key
from local.cloud.identity.managed_identity import ManagedIdentity
from local.cloud.identity.metadata import Metadata
from local.cloud.identity.tokens import Tokens
from local.cloud.key_vault.data_plane import VaultDataPlane
from local.cloud.key_vault.servers import VaultServers
from local.cloud.local_api import LocalApi
from local.cloud.operation_requests import OperationRequests
from local.cloud.operations import Operations
from local.cloud.options import Options
from local.cloud.preparing import Preparing
from local.cloud.providers import RESOURCE_TYPES, readings
from local.cloud.quotas import Quotas
from local.cloud.recording import Recorder
from local.cloud.registry import Registry
from local.cloud.resource_requests import ResourceRequests
from local.cloud.settings import CloudSettings
from local.cloud.storage import Storage
from local.cloud.store import Store


@dataclass
class Service:
    """Both applications and what must be started and stopped with them."""

    arm: Starlette
    identity: Starlette
    identity_header: str
    cloud: Cloud
    registry: Registry
    forwarding: Forwarding

    def start(self) -> None:
        self.registry.resume()

    async def stop(self) -> None:
        """Scripts end first, so that the operations that wait for them see the cloud stopping."""
        self.cloud.executions.stopping = True
        await self.cloud.operations.stop()
        await self.cloud.executions.stop()
        await self.forwarding.stop()
        await self.cloud.vaults.stop()
        await self.cloud.preparing.stop()
        self.cloud.store.close()


def compose(options: Options, settings: CloudSettings) -> Service:
    cloud = _cloud(options, settings)
    registry = Registry(cloud, RESOURCE_TYPES)
    identity_header = ensure_identity_header(settings.data)
    tokens = Tokens(ensure_signing_key(settings.data), settings.tenant_id, settings.arm)
    faults = Faults()
    recorder = Recorder(options.record) if options.record else None
    forwarding = Forwarding(settings, cloud.store, cloud.operations, options.forward)
    for namespace in options.forward:
        elsewhere = ForwardedResources(cloud, registry, forwarding, tokens.own_claims())
        registry.serve_elsewhere(namespace, elsewhere)
    arm = Arm(
        settings,
        tokens,
        OperationRequests(settings, cloud.operations, registry),
        [*forwarding.readings(), *readings(registry)],
        ResourceRequests(registry),
        forwarding,
    )
    cloud.door.connect(arm.serve_itself)
    cloud.vaults.connect(partial(_vault_app, cloud.store, tokens, faults))
    extra = [
        Route("/metadata/endpoints", Metadata(settings).endpoints),
        *Authority(settings, tokens, identity_header).routes(),
    ]
    local = LocalApi(faults, cloud, recorder)
    return Service(
        arm=create_app(arm, faults, recorder, extra, local),
        identity=ManagedIdentity(tokens, identity_header).app(),
        identity_header=identity_header,
        cloud=cloud,
        registry=registry,
        forwarding=forwarding,
    )


def _vault_app(store: Store, tokens: Tokens, faults: Faults, vault: ArmId, address: str) -> Starlette:
    """Nothing is recorded: the bodies are secrets."""
    data_plane = VaultDataPlane(store, tokens, vault, address)
    return door_app(FrontDoor(data_plane, faults, None), [])


def _cloud(options: Options, settings: CloudSettings) -> Cloud:
    store = Store(settings.data / "cloud.sqlite")
    guest = create_guest(options.guest, settings.data)
    storage = Storage(settings.storage)
    return Cloud(
        settings=settings,
        store=store,
        state=options.state,
        operations=Operations(store, options.state),
        guest=guest,
        storage=storage,
        catalogue=Catalogue(tuple(map(platform_image, guest.marketplace()))),
        executions=Executions(),
        door=Door(),
        quotas=Quotas(settings.data, settings.cores_quota),
        vaults=VaultServers(ensure_certificates(settings.data)),
        preparing=Preparing(guest, storage),
    )
