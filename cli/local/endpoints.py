"""`.kiln/endpoints.json`: where the local parts answer (design, section 5)."""

import os
from dataclasses import asdict, dataclass
from typing import Self

from cli.errors import UnreachableError
from cli.json_types import Json, text
from cli.local.files import read_json, write_json
from cli.local.home import Home


@dataclass(frozen=True)
class Endpoints:
    """`ca` is the path of the local cloud's authority; `storage` and `serviceBus`: connection strings."""

    functions: str
    arm: str
    ca: str
    storage: str
    serviceBus: str
    subscriptionId: str
    tenantId: str

    @classmethod
    def load(cls, home: Home) -> Self | None:
        """What the last `up` wrote; None before the first one."""
        body = read_json(home.endpoints)
        if body is None:
            return None
        return cls(*(text(body, name) for name in cls.__dataclass_fields__))

    def save(self, home: Home) -> None:
        write_json(home.endpoints, self.to_json())

    def to_json(self) -> Json:
        return asdict(self)


def service_url(home: Home) -> str:
    """Kiln's address: `KILN_URL` for one in Azure, else the local one of the last `up`."""
    chosen = os.environ.get("KILN_URL", "").rstrip("/")
    if chosen:
        return chosen
    endpoints = Endpoints.load(home)
    if endpoints is None:
        raise UnreachableError("no Kiln is running here: start one with `./kiln up`, or set KILN_URL")
    return endpoints.functions
