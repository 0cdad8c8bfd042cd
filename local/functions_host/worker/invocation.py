"""Runs one function once: decodes its named inputs, calls it, encodes what it returned and set."""

from collections.abc import Awaitable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import cast

from azure.functions import meta

from local.functions_host.settings import Json
from local.functions_host.typed_data import Named, TypedData, Wire

from .context import InvocationContext, OutValue, RetryContext, TraceContext
from .converters import converter, from_datum, to_named_datums
from .indexing import LoadedFunction
from .tracing import current_trace

current_invocation: ContextVar[str] = ContextVar("current_invocation", default="")
current_function: ContextVar[str] = ContextVar("current_function", default="")


class Invocation:
    """One call of a function. `streamed` is the HTTP request that came by itself, `returned` its answer."""

    def __init__(self, function: LoadedFunction, request: dict[str, Wire]) -> None:
        self.id = str(request["invocationId"])
        self.function = function
        self._request = request
        self.streamed: object = None
        self.returned: object = None

    def route_parameters(self) -> dict[str, str]:
        """Of an invocation by HTTP."""
        for data in cast("Named", self._request["inputData"]).values():
            if "http" in data:
                return cast("dict[str, dict[str, str]]", data["http"])["params"]
        return {}

    def run_sync(self) -> dict[str, Wire]:
        """For a thread of the pool."""
        self._mark()
        arguments = self._arguments()
        with self._traced():
            return self._response(arguments, self.function.user_code(**arguments))

    async def run_async(self) -> dict[str, Wire]:
        self._mark()
        arguments = self._arguments()
        with self._traced():
            returned = await cast("Awaitable[object]", self.function.user_code(**arguments))
        return self._response(arguments, returned)

    def _mark(self) -> None:
        current_invocation.set(self.id)
        current_function.set(self.function.name)

    def _arguments(self) -> dict[str, object]:
        signature = self.function.signature
        data = to_named_datums(cast("Named", self._request["inputData"]))
        metadata = to_named_datums(cast("Named", self._request.get("triggerMetadata") or {}))
        arguments: dict[str, object] = {}
        for name, binding_type in signature.inputs.items():
            if name in data:
                found = converter(binding_type)
                trigger = metadata if found.has_trigger_support() else None
                arguments[name] = found.decode(data[name], trigger_metadata=trigger)
            if self.function.streams_http and binding_type == "httpTrigger":
                arguments[name] = self.streamed
        for name in signature.outputs:
            arguments[name] = OutValue()
        if signature.wants_context:
            arguments["context"] = InvocationContext(
                self.function.name,
                self.function.directory,
                self.id,
                self._trace_context(),
                self._retry_context(),
            )
        return arguments

    def _traced(self) -> AbstractContextManager[None]:
        trace = self._trace_context()
        return current_trace(trace.trace_parent, trace.trace_state)

    def _trace_context(self) -> TraceContext:
        trace = cast("dict[str, str]", self._request.get("traceContext") or {})
        return TraceContext(trace.get("traceParent", ""), trace.get("traceState", ""))

    def _retry_context(self) -> RetryContext | None:
        retry = cast("dict[str, Json] | None", self._request.get("retryContext"))
        return RetryContext(retry) if retry else None

    def _response(self, arguments: dict[str, object], returned: object) -> dict[str, Wire]:
        if self.function.streams_http:
            self.returned, returned = returned, None
        signature = self.function.signature
        if returned is not None and signature.return_type is None:
            raise RuntimeError(
                f"function '{self.function.name}' without a $return binding returned a non-None value"
            )
        outputs: Named = {}
        for name, binding_type in signature.outputs.items():
            set_value = cast("OutValue", arguments[name]).get()
            if set_value is not None:
                outputs[name] = _encode(binding_type, set_value)
        answer: dict[str, Wire] = {"outputData": cast("Wire", outputs)}
        if signature.return_type is not None:
            answer["returnValue"] = cast("Wire", _encode_return(signature.return_type, returned))
        return answer


def _encode(binding_type: str, value: object) -> TypedData:
    datum: meta.Datum | None = converter(binding_type).encode(value, expected_type=None)
    return from_datum(datum)


def _encode_return(binding_type: str, returned: object) -> TypedData:
    if returned is None and binding_type == "http":
        return {"none": None}
    return _encode(binding_type, returned)
