"""Microsoft.KeyVault/vaults/secrets: a secret set through ARM, whose value cannot be read there."""

from __future__ import annotations

from typing import ClassVar

from local.cloud.key_vault.secrets import VAULT_SECRETS, SecretVersion, add_version, check_secret_name
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import ENVELOPE, TAGS, Flag, Number, ReadOnly, Record, Required, Text
from local.cloud.store import Resource


class VaultSecrets(ResourceType):
    name: ClassVar[str] = VAULT_SECRETS
    tracked: ClassVar[bool] = False
    put_is_operation: ClassVar[bool] = False
    delete_is_operation: ClassVar[bool] = False
    body: ClassVar[Record] = Record(
        {
            **ENVELOPE,
            "tags": TAGS,
            "properties": Record(
                {
                    "value": Required(Text()),
                    "contentType": Text(),
                    "attributes": Record({"enabled": Flag(), "nbf": Number(), "exp": Number()}),
                    "secretUri": ReadOnly(),
                    "secretUriWithVersion": ReadOnly(),
                    "provisioningState": ReadOnly(),
                }
            ),
        }
    )

    def check(self, put: PutRequest) -> None:
        check_secret_name(put.id.name)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        del previous
        properties = resource.properties
        version = SecretVersion.from_body(properties)
        del properties["value"]
        add_version(resource, version)
        vault = self.cloud.store.get(resource.id.parent).properties["vaultUri"]
        properties["secretUri"] = f"{vault}secrets/{resource.id.name}"
        properties["secretUriWithVersion"] = f"{properties['secretUri']}/{version.version}"
