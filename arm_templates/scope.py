"""What an expression can see: deployment, parameters, variables, copy loops, lambda variables."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from arm_templates.faults import ExpressionError
from arm_templates.values import Json

if TYPE_CHECKING:
    from arm_templates.syntax import Expression

# Reads a resource that exists: (full ARM id, api-version or "", the whole of it or its properties).
Reference: TypeAlias = Callable[[str, str, bool], Json]


@dataclass(frozen=True)
class Deployment:
    """Where and when a template is deployed. `location` in ARM's short form; `now` gives `utcNow()`."""

    subscription_id: str
    resource_group: str
    location: str
    tenant_id: str = "00000000-0000-0000-0000-000000000000"
    name: str = "deployment"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def group_id(self) -> str:
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"


@dataclass(frozen=True)
class Closure:
    """A lambda as an argument: `body` is evaluated with its variables bound."""

    variables: tuple[str, ...]
    body: "Expression"
    scope: "Scope"


Value: TypeAlias = Json | Closure
UserFunction: TypeAlias = Callable[[tuple[Json, ...]], Json]


def _no_reference(resource_id: str, _version: str, _whole: bool) -> Json:
    message = f"asks for the state of {resource_id}, which is known only while a deployment runs"
    raise ExpressionError(message)


@dataclass(frozen=True)
class Scope:
    """Names are in lower case. `copies` maps the names of the loops around an expression to their turn."""

    deployment: Deployment
    parameter: Callable[[str], Json] | None = None
    variable: Callable[[str], Json] | None = None
    functions: Mapping[str, UserFunction] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)
    current_copy: str = ""
    lambda_variables: Mapping[str, Json] = field(default_factory=dict)
    in_default_value: bool = False
    reference: Reference = _no_reference
    new_guid: Callable[[], str] = lambda: str(uuid.uuid4())
