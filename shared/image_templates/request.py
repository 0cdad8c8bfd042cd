"""One decoded request, and what every operation checks of it before anything else."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from shared.access.roles import NOBODY, Caller
from shared.api.arm import Refusal
from shared.api.image_templates import TYPE
from shared.domain.template_record import TemplateAddress
from shared.template.api_versions import API_VERSIONS

TRIGGERS_SINCE = "2022-07-01"


@dataclass(frozen=True)
class Request:
    """`url` is the address that the client used; `headers` and `query` have names in lower case.

    `child` is the name of a run output or trigger, or the id of an operation.
    """

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    subscription_id: str = ""
    resource_group: str = ""
    template: str = ""
    child: str = ""
    caller: Caller = NOBODY

    @property
    def api_version(self) -> str:
        return self.query.get("api-version", "")

    @property
    def address(self) -> TemplateAddress:
        return TemplateAddress(self.subscription_id, self.resource_group, self.template)

    def document(self) -> dict[str, object]:
        """The JSON object sent. Raises Refusal 400 for anything else."""
        try:
            document = json.loads(self.body)
        except ValueError as error:
            message = f"The request content was invalid and could not be deserialized: {error}."
            raise Refusal("InvalidRequestContent", message, 400) from error
        if not isinstance(document, dict):
            raise Refusal("InvalidRequestContent", "The request content must be a JSON object.", 400)
        return document

    def provider_url(self, path: str) -> str:
        """The address of another thing of this provider: `path` begins behind the subscription."""
        parts = urlsplit(self.url)
        # What stands before the subscription is the app's own prefix; through ARM there is none.
        prefix = parts.path[: parts.path.lower().index("/subscriptions/")]
        target = f"{prefix}/subscriptions/{self.subscription_id}/providers/Microsoft.VirtualMachineImages"
        query = urlencode({"api-version": self.api_version})
        return urlunsplit((parts.scheme, parts.netloc, f"{target}{path}", query, ""))

    def next_page_url(self, token: str) -> str:
        """This list's address again, from the place that the token names."""
        parts = urlsplit(self.url)
        query = urlencode({**self.query, "$skiptoken": token})
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def check_api_version(request: Request, resource_type: str = TYPE) -> None:
    """Refuses what ARM itself refuses before a provider is asked; always in ARM's form."""
    version = request.api_version
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise Refusal("MissingApiVersionParameter", message, 400, by_arm=True)
    supported = [known for known in API_VERSIONS if known >= _since(resource_type)]
    if version in supported:
        return
    _, _, name = resource_type.partition("/")
    versions = ", ".join(reversed(supported))
    if request.method == "PUT":
        message = (
            f"No registered resource provider found for API version '{version}' for type '{name}'. "
            f"The supported api-versions are '{versions}'."
        )
        raise Refusal("NoRegisteredProviderFound", message, 400, by_arm=True)
    message = (
        f"The resource type '{name}' could not be found in the namespace 'Microsoft.VirtualMachineImages' "
        f"for api version '{version}'. The supported api-versions are '{versions}'."
    )
    raise Refusal("InvalidResourceType", message, 400, by_arm=True)


def _since(resource_type: str) -> str:
    return TRIGGERS_SINCE if resource_type.endswith("/triggers") else ""


def check_subscription(request: Request, subscription_id: str) -> None:
    """Kiln serves one subscription; ARM answers so for any other."""
    if request.subscription_id.lower() != subscription_id.lower():
        message = f"The subscription '{request.subscription_id}' could not be found."
        raise Refusal("SubscriptionNotFound", message, 404, by_arm=True)


def check_operation_id(text: str) -> str:
    """The id of an operation in its stored form; raises Refusal 404 for what cannot be one."""
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise Refusal("OperationNotFound", f"There is no operation '{text}'.", 404) from error
