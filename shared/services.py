"""The composition root: every client, made once per process from the settings."""

from dataclasses import dataclass
from functools import cache
from threading import Lock

from azure.core.credentials import TokenCredential

from shared.azure.bus import Bus, make_bus
from shared.azure.clients import ArmClients, make_arm_clients, make_credential
from shared.azure.safe_web import AllowedAddresses
from shared.azure.storage import BlobStore, make_blob_service
from shared.catalog.claims import Claims
from shared.catalog.cycles import CycleCatalog
from shared.catalog.documents import RunDocuments
from shared.catalog.durations import Durations
from shared.catalog.images import ImageCatalog
from shared.catalog.operations import OperationCatalog
from shared.catalog.outbox import Outbox
from shared.catalog.runs import RunCatalog
from shared.catalog.tables import (
    CLAIMS,
    CYCLES,
    DURATIONS,
    IMAGES,
    OPERATIONS,
    OUTBOX,
    RUNS,
    RUNS_OF_TEMPLATES,
    TEMPLATES,
    create_tables,
    make_table_service,
)
from shared.catalog.templates import TemplateCatalog
from shared.settings import Settings, read_settings


@dataclass(frozen=True)
class Services:
    """What activities and triggers work with."""

    settings: Settings
    credential: TokenCredential
    arm: ArmClients
    blobs: BlobStore
    documents: RunDocuments
    runs: RunCatalog
    claims: Claims
    templates: TemplateCatalog
    operations: OperationCatalog
    images: ImageCatalog
    cycles: CycleCatalog
    durations: Durations
    outbox: Outbox
    bus: Bus | None
    reachable: AllowedAddresses


def make_services(settings: Settings) -> Services:
    """Makes the clients, and the containers and tables that are missing."""
    credential = make_credential()
    blobs = BlobStore(make_blob_service(settings, credential), credential)
    blobs.create_containers()
    tables = make_table_service(settings, credential)
    create_tables(tables)
    return Services(
        settings=settings,
        credential=credential,
        arm=make_arm_clients(settings, credential),
        blobs=blobs,
        documents=RunDocuments(blobs),
        runs=RunCatalog(tables.get_table_client(RUNS), tables.get_table_client(RUNS_OF_TEMPLATES)),
        claims=Claims(tables.get_table_client(CLAIMS)),
        templates=TemplateCatalog(tables.get_table_client(TEMPLATES)),
        operations=OperationCatalog(tables.get_table_client(OPERATIONS)),
        images=ImageCatalog(tables.get_table_client(IMAGES)),
        cycles=CycleCatalog(tables.get_table_client(CYCLES)),
        durations=Durations(tables.get_table_client(DURATIONS)),
        outbox=Outbox(tables.get_table_client(OUTBOX)),
        bus=make_bus(settings, credential),
        reachable=AllowedAddresses(settings.fetch_networks),
    )


_making = Lock()


def services() -> Services:
    """The services of this process, made on first use so that loading the app reaches for nothing.

    Once, however many threads ask at the same time: what its parts share is shared by the whole process.
    """
    with _making:
        return _services()


@cache
def _services() -> Services:
    return make_services(read_settings())
