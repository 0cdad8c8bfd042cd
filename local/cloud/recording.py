"""Every exchange with ARM as one JSON line in a file, for checking bodies against Azure's contracts.

Secrets never reach the file: protected parameters, passwords, SAS signatures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloud.json_types import Json

REDACTED = "REDACTED"
SECRET_FIELDS = {"protectedparameters", "adminpassword", "customdata", "userdata", "runaspassword"}
SECRET_PATH = re.compile(r"/providers/Microsoft\.KeyVault/vaults/[^/]+/secrets/", re.IGNORECASE)
SIGNATURE = re.compile(r"(?<=[?&])sig=[^&]*")


@dataclass(frozen=True)
class Exchange:
    """`request` and `response` are parsed JSON bodies, None where there was none."""

    method: str
    path: str
    query: Mapping[str, str]
    request: Any
    status: int
    headers: Mapping[str, str]
    response: Any


class Recorder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, exchange: Exchange) -> None:
        shown = (
            {**vars(exchange), "request": REDACTED} if SECRET_PATH.search(exchange.path) else vars(exchange)
        )
        line = json.dumps(redact(shown))
        with self._path.open("a") as file:
            file.write(line + "\n")

    def requests(self) -> list[Json]:
        """Method, path and status of every exchange so far, oldest first."""
        if not self._path.exists():
            return []
        exchanges = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [{key: exchange[key] for key in ("method", "path", "status")} for exchange in exchanges]


def redact(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value without secrets."""
    if isinstance(value, dict):
        return {key: _redact_field(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return SIGNATURE.sub(f"sig={REDACTED}", value) if isinstance(value, str) else value


def _redact_field(name: str, value: Any) -> Any:  # noqa: ANN401
    if name.lower() not in SECRET_FIELDS:
        return redact(value)
    if isinstance(value, list):
        return [{**item, "value": REDACTED} for item in value]
    return REDACTED
