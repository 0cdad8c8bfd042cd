"""Output bindings: what a function returned or set goes to its queue or topic before the invocation counts as
done.
"""

import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

from .errors import FunctionFailedError
from .functions import Binding, FunctionMetadata
from .settings import Json
from .typed_data import TypedData, as_bytes, as_text, kind
from .worker_process import InvocationResult

Sink: TypeAlias = Callable[[Binding, TypedData], Awaitable[None]]

# Answered by whoever invoked the function, not written anywhere.
_IMPLICIT = frozenset({"http", "activityTrigger", "orchestrationTrigger", "entityTrigger"})


class OutputBindings:
    """Sinks by binding type."""

    def __init__(self) -> None:
        self._sinks: dict[str, Sink] = {}

    def add(self, binding_type: str, sink: Sink) -> None:
        self._sinks[binding_type] = sink

    def supports(self, binding_type: str) -> bool:
        return binding_type in self._sinks or binding_type in _IMPLICIT

    async def write(self, function: FunctionMetadata, result: InvocationResult) -> None:
        """Writes all outputs. Raises FunctionFailedError if one cannot be written: the invocation has failed
        then.
        """
        for name, data in result.outputs.items():
            await self._write_one(function, function.binding(name), data)
        returned = next((b for b in function.bindings if b["name"] == "$return"), None)
        if returned is not None and result.returned is not None:
            await self._write_one(function, returned, result.returned)

    async def _write_one(self, function: FunctionMetadata, binding: Binding, data: TypedData) -> None:
        binding_type = str(binding["type"])
        if binding_type in _IMPLICIT or kind(data) == "none":
            return
        sink = self._sinks.get(binding_type)
        if sink is None:
            raise FunctionFailedError(
                f"NotSupported: output binding '{binding['name']}' of type '{binding_type}' of function "
                f"'{function.name}' is not implemented by this host",
                "",
            )
        await sink(binding, data)


def bodies(data: TypedData) -> list[str | bytes]:
    """The messages of an output value: a JSON list is one message per item, anything else one message."""
    if kind(data) == "bytes":
        return [as_bytes(data)]
    text = as_text(data) or ""
    if kind(data) != "json":
        return [text]
    value = cast("Json", json.loads(text))
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in items]
