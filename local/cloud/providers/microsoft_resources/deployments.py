"""Microsoft.Resources/deployments of a resource group: an ARM template whose resources are made one by one.

The template and its parameters are kept until the deployment has ended, because a restart carries it on; what
is shown afterwards are its outputs, and the parameters without those of secure types.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from arm_templates import Deployment, TemplateError, read_parameter_file
from arm_templates.expand import OpenTemplate
from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_resources.deployment_steps import DeploymentSteps
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import (
    ENVELOPE,
    TAGS,
    AnyObject,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    parse_body,
)
from local.cloud.store import Resource

BODY = Record(
    {
        **ENVELOPE,
        "location": Text(),
        "tags": TAGS,
        "properties": Record(
            {
                "mode": Required(Text(one_of=("Incremental",))),
                "template": Required(AnyObject()),
                "parameters": AnyObject(),
                "templateLink": Unsupported(),
                "parametersLink": Unsupported(),
                "onErrorDeployment": Unsupported(),
                "debugSetting": Unsupported(),
                "expressionEvaluationOptions": Record({"scope": Text(one_of=("Outer", "NotSpecified"))}),
                "provisioningState": ReadOnly(),
                "outputs": ReadOnly(),
            }
        ),
    }
)


class Deployments(ResourceType):
    name: ClassVar[str] = "Microsoft.Resources/deployments"
    body: ClassVar[Record] = BODY
    tracked: ClassVar[bool] = False
    creating_state: ClassVar[str] = "Accepted"

    def check(self, put: PutRequest) -> None:
        self._open(put.id, put.properties, None)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        del previous
        properties = resource.properties
        template, parameters = properties.pop("template"), properties.get("parameters", {})
        resource.internal |= {"template": template, "given": parameters, "started": time.time()}
        properties["parameters"] = _shown(template, parameters)
        properties |= {"timestamp": now(), "dependencies": [], "providers": [], "outputResources": []}
        properties["correlationId"] = resource.internal["bodyHash"][:32]

    async def provision(self, resource_id: ArmId) -> None:
        resource = self.cloud.store.get(resource_id)
        steps = DeploymentSteps(self.cloud)
        properties = {"template": resource.internal["template"], "parameters": resource.internal["given"]}
        try:
            opened = self._open(resource_id, properties, steps.state_of)
            made = [await steps.make(opened, declaration) for declaration in opened.declarations]
            outputs = opened.outputs()
            _raise_faults(opened)
        except ArmError:
            self._settle(resource_id, steps, {})
            raise
        self._settle(
            resource_id, steps, {"outputs": outputs, "outputResources": [{"id": id_} for id_ in made]}
        )

    def _settle(self, resource_id: ArmId, steps: DeploymentSteps, results: Json) -> None:
        """What is known when the deployment has ended; its inputs are not kept."""
        with self.cloud.store.edit(resource_id) as resource:
            resource.properties.update(results)
            seconds = time.time() - resource.internal.pop("started")
            resource.properties["duration"] = f"PT{seconds:.3f}S"
            resource.internal |= {"steps": steps.log}
            for name in ("template", "given"):
                resource.internal.pop(name)

    def validated(self, resource_id: ArmId, body: Json) -> Json:
        """The answer to `validate`, of a deployment that need not exist. Raises ArmError."""
        properties = parse_body(self.body, body)["properties"]
        opened = self._open(resource_id, properties, None)
        return {
            "id": str(resource_id),
            "name": resource_id.name,
            "type": self.name,
            "properties": {
                "mode": properties["mode"],
                "provisioningState": "Succeeded",
                "parameters": _shown(properties["template"], properties.get("parameters", {})),
                "validatedResources": [{"id": declaration.id} for declaration in opened.declarations],
            },
        }

    def _open(
        self, resource_id: ArmId, properties: Json, state_of: Callable[[str, str, bool], Json] | None
    ) -> OpenTemplate:
        """Raises ArmError 400 InvalidTemplate with all faults."""
        group = self.cloud.store.get(resource_id.group)
        deployment = Deployment(
            subscription_id=resource_id.subscription,
            resource_group=group.id.name,
            location=group.location,
            tenant_id=self.cloud.settings.tenant_id,
            name=resource_id.name,
        )
        try:
            given = read_parameter_file(properties.get("parameters", {}))
            return OpenTemplate(properties["template"], given, deployment, state_of)
        except TemplateError as error:
            raise _invalid(error) from error


def _raise_faults(opened: OpenTemplate) -> None:
    try:
        opened.faults.raise_any()
    except TemplateError as error:
        raise _invalid(error) from error


def _invalid(error: TemplateError) -> ArmError:
    details = [
        {"code": "InvalidTemplate", "message": fault.message, "target": fault.path} for fault in error.faults
    ]
    return ArmError(
        400, "InvalidTemplate", f"Deployment template validation failed: '{error}'.", None, details
    )


def _shown(template: Json, given: Json) -> Json:
    """The parameters as a GET shows them: those of secure types without their values."""
    declared = template.get("parameters") or {}
    shown: Json = {}
    for name, entry in given.items():
        kind = str((declared.get(name) or {}).get("type", "String"))
        shown[name] = {"type": kind} if kind.lower().startswith("secure") else {"type": kind, **entry}
    return shown


def operations(resource: Resource) -> Json:
    """What was done for each resource of a deployment."""
    return {
        "value": [
            {
                "id": f"{resource.id}/operations/{number:016X}",
                "operationId": f"{number:016X}",
                "properties": {"provisioningOperation": "Create", **step},
            }
            for number, step in enumerate(resource.internal.get("steps", []), start=1)
        ]
    }
