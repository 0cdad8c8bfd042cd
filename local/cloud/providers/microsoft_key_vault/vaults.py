"""Microsoft.KeyVault/vaults. Access policies are kept and not enforced; a deleted vault is gone at once."""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import urlsplit

from local.cloud.arm_ids import ArmId
from local.cloud.errors import ArmError
from local.cloud.key_vault.secrets import VAULT_SECRETS
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import AnyObject, Flag, ListOf, Number, ReadOnly, Record, Required, Text, tracked
from local.cloud.store import Resource

NAME = re.compile(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]")


class Vaults(ResourceType):
    name: ClassVar[str] = "Microsoft.KeyVault/vaults"
    delete_is_operation: ClassVar[bool] = False
    body: ClassVar[Record] = tracked(
        Record(
            {
                "tenantId": Required(Text()),
                "sku": Required(
                    Record(
                        {
                            "family": Required(Text(one_of=("A",))),
                            "name": Required(Text(one_of=("standard", "premium"))),
                        }
                    )
                ),
                "accessPolicies": ListOf(AnyObject()),
                "enabledForDeployment": Flag(),
                "enabledForDiskEncryption": Flag(),
                "enabledForTemplateDeployment": Flag(),
                "enableRbacAuthorization": Flag(),
                "enableSoftDelete": Flag(),
                "softDeleteRetentionInDays": Number(minimum=7, maximum=90),
                "enablePurgeProtection": Flag(),
                "publicNetworkAccess": Text(),
                "networkAcls": AnyObject(),
                "vaultUri": ReadOnly(),
                "hsmPoolResourceId": ReadOnly(),
                "privateEndpointConnections": ReadOnly(),
                "provisioningState": ReadOnly(),
            }
        )
    )

    def check(self, put: PutRequest) -> None:
        if not NAME.fullmatch(put.id.name):
            message = (
                f"The vault name '{put.id.name}' is invalid. A vault's name must be between 3-24 "
                "alphanumeric characters. The name must begin with a letter, end with a letter or digit, "
                "and not contain consecutive hyphens."
            )
            raise ArmError(400, "VaultNameNotValid", message)
        for other in self.cloud.store.resources(type_name=self.name):
            if other.id.name.lower() == put.id.name.lower() and other.id.key != put.id.key:
                message = f"The vault name '{put.id.name}' is already in use; it is unique in all of Azure."
                raise ArmError(409, "VaultAlreadyExists", message)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        former = previous.properties if previous else {}
        resource.properties.setdefault("accessPolicies", former.get("accessPolicies", []))
        resource.properties.setdefault("enableSoftDelete", True)
        if "vaultUri" in former:
            resource.properties["vaultUri"] = former["vaultUri"]

    async def provision(self, resource_id: ArmId) -> None:
        self._open(resource_id)

    def resume(self, resource: Resource) -> None:
        if "vaultUri" in resource.properties:
            self._open(resource.id)

    def _open(self, vault: ArmId) -> None:
        """At its former port, because clients hold its address."""
        former = self.cloud.store.get(vault).properties.get("vaultUri", "https://localhost:0/")
        address = self.cloud.vaults.open(vault, urlsplit(former).port or 0)
        with self.cloud.store.edit(vault) as changed:
            changed.properties["vaultUri"] = f"{address}/"

    async def remove(self, resource_id: ArmId) -> None:
        await self.cloud.vaults.close(resource_id)
        for secret in self.cloud.store.children(resource_id, VAULT_SECRETS):
            self.cloud.store.delete(secret.id)
