"""What every answer of an ARM resource provider has: error bodies, operation documents, pages of a list.

Sources: Azure's resource provider contract (asynchronous operations, paging); for errors before 2021-10-01
the api-version's own release notes.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.api.errors import error_body
from shared.domain.codec import Json
from shared.domain.errors import BuildError
from shared.domain.problems import Problem
from shared.domain.template_operation import OperationState, TemplateOperation

ENVELOPE_SINCE = "2021-10-01"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` None is an empty one."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request that is refused; `by_arm` for what Azure Resource Manager checks before the provider does."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        problems: Iterable[Problem] = (),
        *,
        by_arm: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.problems = tuple(problems)
        self.by_arm = by_arm

    def answer(self, api_version: str) -> Answer:
        """Enveloped in `error`; before 2021-10-01 the provider's own errors are bare."""
        body = error_body(self.code, str(self), self.problems)
        bare = not self.by_arm and api_version < ENVELOPE_SINCE
        return Answer(self.status, body["error"] if bare and isinstance(body, dict) else body)


def operation_body(operation: TemplateOperation, operation_id: str) -> Json:
    """The document behind `Azure-AsyncOperation`; `operation_id` is its own path."""
    body: dict[str, Json] = {
        "id": operation_id,
        "name": operation.id,
        "status": operation.state,
        "startTime": operation.started_at,
    }
    if operation.ended_at:
        body["endTime"] = operation.ended_at
    if operation.state is not OperationState.IN_PROGRESS and operation.error is not None:
        body["error"] = {"code": operation.error.code, "message": explained(operation.error)}
    return body


def explained(error: BuildError) -> str:
    """The cause as one text: what failed, and the last lines that it wrote."""
    output = error.details.get("output", "").strip()
    return f"{error.message}\n{output}" if output and output not in error.message else error.message


def skip_token(key: str) -> str:
    """An opaque form of the key behind which the next page begins."""
    return base64.urlsafe_b64encode(json.dumps([key]).encode()).decode()


def read_skip_token(token: str) -> str:
    """The key in the token; raises ValueError for one that `skip_token` did not make."""
    match json.loads(base64.urlsafe_b64decode(token.encode())):
        case [str(key)]:
            return key
    raise ValueError("not a skip token")
