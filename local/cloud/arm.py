"""Azure Resource Manager's front door: who asks, in which version, for what; then the one who answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from local.cloud.errors import ArmError, not_implemented
from local.cloud.forwarding import Forwarding
from local.cloud.identity.tokens import Tokens
from local.cloud.operation_requests import OperationRequests
from local.cloud.readings import Reading
from local.cloud.requests import Answer, ArmRequest
from local.cloud.resource_requests import ResourceRequests
from local.cloud.settings import CloudSettings

API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-(preview|privatepreview|alpha|beta|rc))?")


class Arm:
    def __init__(
        self,
        settings: CloudSettings,
        tokens: Tokens,
        operations: OperationRequests,
        readings: Sequence[Reading],
        resources: ResourceRequests,
        forwarding: Forwarding,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._operations = operations
        self._readings = readings
        self._resources = resources
        self._forwarding = forwarding

    async def answer(self, request: ArmRequest) -> Answer:
        """Raises ArmError for everything that is refused."""
        return await self._answer(request, self._tokens.verify(request.headers))

    async def serve_itself(self, request: ArmRequest) -> Answer:
        """Answers a request of the cloud's own, which needs no token. Raises as `answer`."""
        return await self._answer(request, self._tokens.own_claims())

    async def _answer(self, request: ArmRequest, claims: Mapping[str, object]) -> Answer:
        _check_api_version(request)
        self._check_subscription(request)
        if self._forwarding.takes(request):
            return await self._forwarding.answer(request, claims)
        if answer := self._operations.answer(request):
            return answer
        for reading in self._readings:
            if answer := reading.answer(request):
                return answer
        target = request.target
        is_list = bool(target.subscription and target.namespace and target.tail and not target.names)
        if target.resource_group or (is_list and request.method == "GET"):
            return await self._resources.answer(request)
        raise not_implemented(f"{request.method} {request.path}")

    def _check_subscription(self, request: ArmRequest) -> None:
        subscription = request.target.subscription
        if subscription and subscription.lower() != self._settings.subscription_id:
            message = f"The subscription '{subscription}' could not be found."
            raise ArmError(404, "SubscriptionNotFound", message)


def _check_api_version(request: ArmRequest) -> None:
    version = request.query.get("api-version", "")
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", message)
    if not API_VERSION.fullmatch(version.lower()):
        message = f"The api-version '{version}' is invalid. The supported format is 'yyyy-MM-dd[-preview]'."
        raise ArmError(400, "InvalidApiVersionParameter", message)
