"""What the host knows of a function: its name, trigger, bindings and retry policy, as the worker reported
them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from .settings import Json

Binding = dict[str, Json]


@dataclass(frozen=True)
class FunctionMetadata:
    """One function of the app. `retry` is the function-level policy's settings, empty if there is none."""

    name: str
    bindings: list[Binding]
    retry: dict[str, Json] = field(default_factory=dict)

    @cached_property
    def trigger(self) -> Binding:
        return next(b for b in self.bindings if str(b["type"]).lower().endswith("trigger"))

    @cached_property
    def kind(self) -> str:
        """The trigger's type, such as `httpTrigger`."""
        return str(self.trigger["type"])

    @cached_property
    def input_name(self) -> str:
        """The parameter that receives the trigger's data."""
        return str(self.trigger["name"])

    def binding(self, name: str) -> Binding:
        return next(b for b in self.bindings if b["name"] == name)

    def of_type(self, *types: str) -> list[Binding]:
        return [b for b in self.bindings if b["type"] in types]


def from_wire(results: Json) -> dict[str, FunctionMetadata]:
    """FunctionRpc's functionMetadataResults to functions by name."""
    found = {}
    for item in cast("list[dict[str, Json]]", results):
        name = str(item["name"])
        bindings = cast("list[Binding]", item["bindings"])
        found[name] = FunctionMetadata(name, bindings, cast("dict[str, Json]", item["retryOptions"]))
    return found


def by_durable_name(
    functions: Iterable[FunctionMetadata], kind: str, key: str
) -> dict[str, FunctionMetadata]:
    """Functions of one durable trigger kind by the name orchestrators use: the trigger's own or the
    function's.
    """
    return {str(f.trigger.get(key) or f.name): f for f in functions if f.kind == kind}
