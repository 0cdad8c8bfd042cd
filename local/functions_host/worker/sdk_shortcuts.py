"""Two shortcuts through the Durable SDK, in this process alone; the installed package is not touched.

On every turn the SDK parses the timestamp of every event with dateutil's guessing parser, which takes about
two thirds of it, and makes a new namedtuple class, another eighth of the rest. The host writes all those
timestamps itself, in one ISO 8601 form, so their parser is replaced in the SDK's HistoryEvent module by one
for exactly that form; any other text still goes to dateutil, and the results are equal, time zone object
included. The class is made once. Set FUNCTIONS_HOST_SDK=untouched to run the SDK as it is.
"""

import importlib
import os
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import cast

_LENGTH = len("2026-01-02T03:04:05.678901Z")
_MODELS = "azure.durable_functions.models"


def take_shortcuts() -> None:
    """Unless the app has no Durable SDK or the setting says otherwise."""
    if os.environ.get("FUNCTIONS_HOST_SDK", "").lower() == "untouched":
        return
    try:
        events = vars(importlib.import_module(f"{_MODELS}.history.HistoryEvent"))
        executor = vars(importlib.import_module(f"{_MODELS}.TaskOrchestrationExecutor"))
    except ModuleNotFoundError:
        return
    events["dt_parse"] = fast_parser(cast("Callable[[str], datetime]", events["dt_parse"]))
    executor["namedtuple"] = lru_cache(executor["namedtuple"])


def fast_parser(slow: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """A function equal to `slow`, quick for `YYYY-MM-DDThh:mm:ss.ffffffZ`, quicker for one seen before."""
    utc = slow("2026-01-02T03:04:05Z").tzinfo

    @lru_cache(maxsize=10_000)
    def parse(text: str) -> datetime:
        if len(text) == _LENGTH and text[-1] == "Z" and text[10] == "T":
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=utc)
        return slow(text)

    return parse
