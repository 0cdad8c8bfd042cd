"""Secrets in the store: a resource each, whose values never show in its document."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Self

from local.cloud.arm_ids import ArmId
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.store import Resource, Store

VAULT_SECRETS = "Microsoft.KeyVault/vaults/secrets"
NAME = re.compile(r"[A-Za-z0-9-]{1,127}")


@dataclass(frozen=True)
class SecretVersion:
    """Times are seconds since the epoch; `expires` and `not_before` 0 mean none."""

    value: str = field(repr=False)
    content_type: str = ""
    enabled: bool = True
    not_before: int = 0
    expires: int = 0
    version: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    @classmethod
    def from_body(cls, body: Json) -> Self:
        """A new version, of `value`, `contentType` and `attributes`: the same in both APIs."""
        attributes = body.get("attributes", {})
        return cls(
            value=body["value"],
            content_type=body.get("contentType", ""),
            enabled=attributes.get("enabled", True),
            not_before=attributes.get("nbf", 0),
            expires=attributes.get("exp", 0),
        )


def check_secret_name(name: str) -> None:
    if not NAME.fullmatch(name):
        message = f"The request URI contains an invalid name: {name}"
        raise ArmError(400, "BadParameter", message)


def add_version(secret: Resource, version: SecretVersion) -> None:
    """Makes it the secret's newest version; the caller saves."""
    secret.internal.setdefault("versions", []).append(asdict(version))


def put_secret(store: Store, vault: ArmId, name: str, version: SecretVersion) -> None:
    """Adds a version to the secret of this name, which is made if there is none."""
    secret_id = vault.child("secrets", name)
    document: Json = {"id": str(secret_id), "name": name, "type": VAULT_SECRETS, "properties": {}}
    with store.transaction():
        secret = store.find(secret_id) or Resource(secret_id, document)
        secret.properties["provisioningState"] = "Succeeded"
        add_version(secret, version)
        store.save(secret)


def find_secret(store: Store, vault: ArmId, name: str, version: str) -> SecretVersion:
    """The newest version when `version` is empty. Raises ArmError as Key Vault does."""
    secret = store.find(vault.child("secrets", name))
    versions = [SecretVersion(**item) for item in secret.internal["versions"]] if secret else []
    wanted = [item for item in versions if version in ("", item.version)]
    if not wanted:
        named = f"{name}/{version}" if version else name
        message = f"A secret with (name/id) {named} was not found in this key vault."
        raise ArmError(404, "SecretNotFound", message)
    found, now = wanted[-1], time.time()
    if not found.enabled:
        raise ArmError(403, "Forbidden", f"Operation get is not allowed on a disabled secret: {name}.")
    if found.not_before > now or 0 < found.expires <= now:
        raise ArmError(403, "Forbidden", f"The secret {name} is not valid at this time.")
    return found
