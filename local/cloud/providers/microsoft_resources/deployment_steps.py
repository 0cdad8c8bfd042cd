"""The steps of a deployment: each resource is put as a client would put it, then waited for."""

from __future__ import annotations

import asyncio

from arm_templates import Resource
from arm_templates.expand import OpenTemplate
from arm_templates.faults import ExpressionError
from arm_templates.resources import Declaration
from local.cloud.arm_ids import parse_id
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError
from local.cloud.json_types import Json

POLL_SECONDS = 0.05
ENDED = ("Succeeded", "Failed", "Canceled")
FIRST_ERROR_STATUS = 400


class DeploymentSteps:
    """`log` tells of each resource what `…/operations` shows."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.log: list[Json] = []
        self._seen: dict[str, Json] = {}

    async def make(self, opened: OpenTemplate, declaration: Declaration) -> str:
        """Makes one resource; its id. Raises ArmError DeploymentFailed with the cause."""
        resource = opened.resource(declaration)
        step: Json = {
            "targetResource": {
                "id": resource.id,
                "resourceType": resource.type,
                "resourceName": resource.name,
            }
        }
        self.log.append(step)
        try:
            _check(opened, resource)
            self._seen[resource.id.lower()] = await self._put(
                resource.id, resource.api_version, resource.body
            )
        except ArmError as error:
            step |= {"provisioningState": "Failed", "statusMessage": {"error": error.error()}}
            message = "At least one resource deployment operation failed. Please list deployment operations."
            raise ArmError(409, "DeploymentFailed", message, None, [error.error()]) from error
        step |= {"provisioningState": "Succeeded", "statusCode": "OK"}
        return resource.id

    def state_of(self, resource_id: str, _version: str, whole: bool) -> Json:
        """What `reference()` sees: a resource that this deployment made, or one of this cloud."""
        found = self._seen.get(resource_id.lower())
        if found is None:
            stored = self._cloud.store.find(parse_id(resource_id))
            if stored is None:
                raise ExpressionError(f"the resource {resource_id} is not there")
            found = stored.document
        properties: Json = found if whole else found.get("properties", {})
        return properties

    async def _put(self, path: str, version: str, body: Json) -> Json:
        answer = await self._cloud.door.send("PUT", path, version, body)
        if answer.status >= FIRST_ERROR_STATUS:
            raise _refused(answer.status, answer.body)
        while True:
            current = await self._cloud.door.send("GET", path, version)
            if current.status >= FIRST_ERROR_STATUS or not isinstance(current.body, dict):
                raise _refused(current.status, current.body)
            state = current.body.get("properties", {}).get("provisioningState", "Succeeded")
            if state in ENDED:
                return _succeeded(path, state, current.body)
            await asyncio.sleep(POLL_SECONDS)


def _check(opened: OpenTemplate, resource: Resource) -> None:
    """The body is evaluated only now that `reference()` can see what came before."""
    if opened.faults.found:
        fault = opened.faults.found[0]
        raise ArmError(400, "InvalidTemplate", fault.message, fault.path)
    if not resource.api_version:
        message = f"The resource '{resource.name}' has no apiVersion."
        raise ArmError(400, "InvalidTemplate", message, f"{resource.path}.apiVersion")


def _succeeded(path: str, state: str, body: Json) -> Json:
    if state == "Succeeded":
        return body
    told = body["properties"].get("provisioningError") or body["properties"].get("error") or {}
    message = told.get("message", f"The resource '{path}' ended in the state '{state}'.")
    raise ArmError(409, "ResourceDeploymentFailure", message, None, [told] if told else ())


def _refused(status: int, body: object) -> ArmError:
    error = body.get("error", body) if isinstance(body, dict) else {}
    return ArmError(status, str(error.get("code", "Failed")), str(error.get("message", "")))
