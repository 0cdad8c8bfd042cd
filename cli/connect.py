"""Finds the service for the commands that need it."""

import os

from cli.api import KilnApi
from cli.local.endpoints import service_url
from cli.local.home import current_home


def connect() -> KilnApi:
    """A client of `KILN_URL` (with the functions key `KILN_KEY`), else of the local service."""
    return KilnApi(service_url(current_home()), key=os.environ.get("KILN_KEY", ""))
