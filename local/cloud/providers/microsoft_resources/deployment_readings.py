"""What is asked of deployments beside themselves: `validate`, which needs none, and their operations."""

from __future__ import annotations

from collections.abc import Mapping

from local.cloud.arm_ids import ArmId
from local.cloud.errors import not_implemented
from local.cloud.providers.microsoft_resources.deployments import Deployments, operations
from local.cloud.readings import Reading
from local.cloud.registry import Registry
from local.cloud.requests import Answer, ArmRequest

GROUP = "/subscriptions/{subscription}/resourcegroups/{group}"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/{{name}}"
# As Microsoft's API has it: without the provider.
OPERATIONS = f"{GROUP}/deployments/{{name}}/operations"


class DeploymentReadings:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def readings(self) -> list[Reading]:
        return [
            Reading(f"{DEPLOYMENT}/validate", self._validate, method="POST"),
            Reading(OPERATIONS, self._operations),
        ]

    def _operations(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request
        group = ArmId(names["subscription"], names["group"])
        return Answer(
            200, operations(self._registry.cloud.store.get(group.sibling(Deployments.name, names["name"])))
        )

    def _validate(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del names
        deployments = self._registry.get(Deployments.name)
        if not isinstance(deployments, Deployments):
            raise not_implemented("deployments")
        return Answer(200, deployments.validated(request.target.id, request.body()))
