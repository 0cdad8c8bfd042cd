"""Access keys as Azure enforces them: function, host ("default"), master and system keys, kept in the data
folder.
"""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from starlette.requests import Request

MASTER, DEFAULT, DURABLE_SYSTEM = "_master", "default", "durabletask_extension"


class Keys:
    """The keys of one data folder. With `enforced` false every request passes (loopback only)."""

    def __init__(self, path: Path, function_names: Iterable[str], enforced: bool) -> None:
        self.enforced = enforced
        self._keys = _load(
            path, [MASTER, DEFAULT, DURABLE_SYSTEM, *(f"function:{n}" for n in function_names)]
        )

    @property
    def system(self) -> str:
        """The key of the durable webhook."""
        return self._keys[DURABLE_SYSTEM]

    def allows_function(self, request: Request, auth_level: str, function: str) -> bool:
        level = auth_level.lower()
        if level == "anonymous":
            return True
        if level == "admin":
            return self.allows_admin(request)
        return self._allows(request, MASTER, DEFAULT, f"function:{function}")

    def allows_admin(self, request: Request) -> bool:
        return self._allows(request, MASTER)

    def allows_system(self, request: Request) -> bool:
        return self._allows(request, MASTER, DURABLE_SYSTEM)

    def _allows(self, request: Request, *names: str) -> bool:
        if not self.enforced:
            return True
        given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
        return any(secrets.compare_digest(given.encode(), self._keys[name].encode()) for name in names)


def _load(path: Path, names: list[str]) -> dict[str, str]:
    keys = cast("dict[str, str]", json.loads(path.read_text())) if path.exists() else {}
    missing = [name for name in names if name not in keys]
    if missing:
        keys |= {name: secrets.token_urlsafe(32) for name in missing}
        descriptor = os.open(path.with_suffix(".new"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(keys, file, indent=1)
        path.with_suffix(".new").replace(path)
    return keys
