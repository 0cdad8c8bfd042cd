"""A faster parser for the history's own timestamps.

The SDK parses the timestamp of every history event on every replay with dateutil's guessing parser, which
takes about two thirds of an orchestrator turn. The host writes all those timestamps itself, in one ISO 8601
form, so this worker process replaces that one name in the SDK's HistoryEvent module by a parser for exactly
that form; any other text still goes to dateutil, and the results are equal, time zone object included. Set
FUNCTIONS_HOST_TIMESTAMPS=dateutil to run the SDK untouched.
"""

import importlib
import os
from collections.abc import Callable
from datetime import datetime
from typing import cast

_LENGTH = len("2026-01-02T03:04:05.678901Z")


def use_fast_timestamps() -> None:
    """Installs the parser unless the app has no Durable SDK or the setting says otherwise."""
    if os.environ.get("FUNCTIONS_HOST_TIMESTAMPS", "").lower() == "dateutil":
        return
    try:
        module = importlib.import_module("azure.durable_functions.models.history.HistoryEvent")
    except ModuleNotFoundError:
        return
    slow = cast("Callable[[str], datetime]", vars(module)["dt_parse"])
    vars(module)["dt_parse"] = fast_parser(slow)


def fast_parser(slow: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """A function equal to `slow`, quick for `YYYY-MM-DDThh:mm:ss.ffffffZ`."""
    utc = slow("2026-01-02T03:04:05Z").tzinfo

    def parse(text: str) -> datetime:
        if len(text) == _LENGTH and text[-1] == "Z" and text[10] == "T":
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=utc)
        return slow(text)

    return parse
