"""Subscriptions, tenants, regions and resource providers: read-only, one of the first two."""

from __future__ import annotations

from collections.abc import Mapping

from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.locations import LOCATIONS
from local.cloud.readings import Reading
from local.cloud.registry import Registry
from local.cloud.requests import Answer, ArmRequest


class SubscriptionReadings:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._settings = registry.cloud.settings

    def readings(self) -> list[Reading]:
        scope = "/subscriptions/{subscription}"
        return [
            Reading("/subscriptions", self._subscriptions),
            Reading("/tenants", self._tenants),
            Reading(scope, self._subscription),
            Reading(f"{scope}/locations", self._locations),
            Reading(f"{scope}/providers", self._providers),
            Reading(f"{scope}/providers/{{namespace}}", self._provider),
            Reading(f"{scope}/providers/{{namespace}}/register", self._provider, method="POST"),
        ]

    def _subscriptions(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request, names
        return Answer(200, {"value": [self._document()], "count": {"type": "Total", "value": 1}})

    def _subscription(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request, names
        return Answer(200, self._document())

    def _document(self) -> Json:
        return {
            "id": f"/subscriptions/{self._settings.subscription_id}",
            "subscriptionId": self._settings.subscription_id,
            "tenantId": self._settings.tenant_id,
            "displayName": "Kiln local cloud",
            "state": "Enabled",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionPolicies": {"quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
        }

    def _tenants(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request, names
        tenant = self._settings.tenant_id
        document = {"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Kiln local cloud"}
        return Answer(200, {"value": [document]})

    def _locations(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request, names
        subscription = self._settings.subscription_id
        documents = [location.document(subscription, name) for name, location in LOCATIONS.items()]
        return Answer(200, {"value": documents})

    def _providers(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del names
        namespaces = sorted({name.split("/")[0] for name in self._registry.names()})
        return Answer(200, {"value": [self._provider_document(name, request) for name in namespaces]})

    def _provider(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        wanted = names["namespace"].lower()
        for name in {name.split("/")[0] for name in self._registry.names()}:
            if name.lower() == wanted:
                return Answer(200, self._provider_document(name, request))
        message = f"The resource namespace '{names['namespace']}' is invalid."
        raise ArmError(404, "InvalidResourceNamespace", message)

    def _provider_document(self, namespace: str, request: ArmRequest) -> Json:
        types = [name.split("/", 1)[1] for name in self._registry.names() if name.startswith(f"{namespace}/")]
        regions = [location.display_name for location in LOCATIONS.values()]
        return {
            "id": f"/subscriptions/{self._settings.subscription_id}/providers/{namespace}",
            "namespace": namespace,
            "registrationPolicy": "RegistrationRequired",
            "registrationState": "Registered",
            "resourceTypes": [
                {"resourceType": name, "locations": regions, "apiVersions": [request.api_version]}
                for name in types
            ],
        }
