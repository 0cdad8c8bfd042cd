"""What a vault answers at its own address: setting a secret, and getting one.

PUT /secrets/{name}; GET /secrets/{name}[/{version}]. Anything else is answered with 501.
"""

from __future__ import annotations

from local.cloud.arm_ids import ArmId
from local.cloud.errors import ArmError, not_implemented
from local.cloud.identity.tokens import Tokens
from local.cloud.json_types import Json
from local.cloud.key_vault.secrets import SecretVersion, check_secret_name, find_secret, put_secret
from local.cloud.requests import Answer, ArmRequest
from local.cloud.schema import TAGS, Flag, Number, Record, Required, Text, Unsupported, parse_body
from local.cloud.store import Store

SECRET = Record(
    {
        "value": Required(Text()),
        "contentType": Text(),
        "tags": TAGS,
        "attributes": Record(
            {"enabled": Flag(), "nbf": Number(), "exp": Number(), "recoveryLevel": Unsupported()}
        ),
    }
)


class VaultDataPlane:
    """`address` is the vault's URL without a slash at its end."""

    def __init__(self, store: Store, tokens: Tokens, vault: ArmId, address: str) -> None:
        self._store = store
        self._tokens = tokens
        self._vault = vault
        self._address = address

    async def answer(self, request: ArmRequest) -> Answer:
        """Raises ArmError for everything that is refused."""
        self._tokens.verify_for_vault(request.headers)
        parts = request.path.strip("/").split("/")
        if not request.query.get("api-version"):
            raise ArmError(400, "BadParameter", "api-version must be specified")
        if parts[0] != "secrets" or not 2 <= len(parts) <= 3:  # noqa: PLR2004 - secrets/NAME[/VERSION]
            raise not_implemented(f"Key Vault's {request.method} {request.path}")
        name, version = parts[1], "".join(parts[2:])
        check_secret_name(name)
        if request.method == "GET":
            return Answer(200, self._bundle(name, find_secret(self._store, self._vault, name, version)))
        if request.method == "PUT" and not version:
            return self._set(name, parse_body(SECRET, request.body()))
        raise not_implemented(f"Key Vault's {request.method} {request.path}")

    def _set(self, name: str, body: Json) -> Answer:
        version = SecretVersion.from_body(body)
        put_secret(self._store, self._vault, name, version)
        return Answer(200, self._bundle(name, version))

    def _bundle(self, name: str, version: SecretVersion) -> Json:
        attributes: Json = {
            "enabled": version.enabled,
            "created": version.created,
            "updated": version.created,
            "recoveryLevel": "Purgeable",
        }
        attributes |= {"nbf": version.not_before} if version.not_before else {}
        attributes |= {"exp": version.expires} if version.expires else {}
        document: Json = {
            "value": version.value,
            "id": f"{self._address}/secrets/{name}/{version.version}",
            "attributes": attributes,
        }
        return document | ({"contentType": version.content_type} if version.content_type else {})
