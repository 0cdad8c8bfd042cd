"""The tables, and how to reach them."""

import re

from azure.core.credentials import TokenCredential
from azure.data.tables import TableServiceClient

from shared.azure.errors import azure_errors
from shared.azure.http_options import http_options
from shared.settings import Settings

MOST_KEY_BYTES = 1024
MOST_ROWS = 1000  # of one answer of the service
_UNFIT = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff]")

RUNS = "kilnruns"
RUNS_OF_TEMPLATES = "kilnrunsoftemplates"
CLAIMS = "kilnclaims"
TEMPLATES = "kilntemplates"
OPERATIONS = "kilnoperations"
IMAGES = "kilnimages"
CYCLES = "kilncycles"
DURATIONS = "kilndurations"
OUTBOX = "kilnoutbox"
ALL = (RUNS, RUNS_OF_TEMPLATES, CLAIMS, TEMPLATES, OPERATIONS, IMAGES, CYCLES, DURATIONS, OUTBOX)


def is_key(text: str) -> bool:
    """Whether Azure Tables takes it as a key ("Understanding the Table service data model")."""
    size = len(text.encode("utf-16-le", errors="surrogatepass"))
    return size <= MOST_KEY_BYTES and not _UNFIT.search(text)


def make_table_service(settings: Settings, credential: TokenCredential) -> TableServiceClient:
    """By connection string where there is one, else with the app's identity."""
    if settings.storage_connection:
        url = TableServiceClient.from_connection_string(settings.storage_connection).url
        return TableServiceClient.from_connection_string(settings.storage_connection, **http_options(url))
    url = f"https://{settings.storage_account}.table.core.windows.net"
    return TableServiceClient(endpoint=url, credential=credential, **http_options(url))


def create_tables(service: TableServiceClient) -> None:
    """Creates the tables that are missing."""
    with azure_errors("create the tables"):
        for name in ALL:
            service.create_table_if_not_exists(name)
