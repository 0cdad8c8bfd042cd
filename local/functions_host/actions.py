"""The actions an orchestrator asks for, parsed from the SDK's JSON (replay schema V3).

Source: OutOfProcOrchestrationShim's AsyncActionType and the SDK's action classes. `input` is JSON text
throughout.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias, cast

from .history import compact, from_iso
from .settings import Json

HTTP_ACTIVITY = "BuiltIn::HttpActivity"


class RetryPolicy(NamedTuple):
    """`first_interval` in seconds."""

    first_interval: float
    max_attempts: int
    backoff: float = 1.0

    def delay_after(self, attempt: int) -> float:
        """Seconds to wait after the given failed attempt, counted from 1."""
        return float(self.first_interval * self.backoff ** (attempt - 1))


class CallActivity(NamedTuple):
    name: str
    input: str | None
    retry: RetryPolicy | None = None


class CallSubOrchestrator(NamedTuple):
    name: str
    input: str | None
    instance_id: str | None
    version: str | None
    retry: RetryPolicy | None = None


class CreateTimer(NamedTuple):
    """`fire_at` in seconds since the epoch."""

    fire_at: float
    cancelled: bool = False


class WaitForEvent(NamedTuple):
    name: str


class SendToEntity(NamedTuple):
    """A call, which waits for its reply, or a signal, which does not; `due` in seconds since the epoch, 0 is
    now.
    """

    entity_id: str
    operation: str
    input: str | None
    is_signal: bool
    due: float = 0.0


class ContinueAsNew(NamedTuple):
    input: str | None


class WhenAll(NamedTuple):
    children: tuple["Action", ...]


class WhenAny(NamedTuple):
    children: tuple["Action", ...]


Leaf: TypeAlias = (
    CallActivity | CallSubOrchestrator | CreateTimer | WaitForEvent | SendToEntity | ContinueAsNew
)
Action: TypeAlias = Leaf | WhenAll | WhenAny


def parse_action(source: Mapping[str, Json]) -> Action:
    """One action. Raises ValueError for a kind this host does not know."""
    kind = cast("int", source["actionType"])
    if kind in (0, 1):
        return CallActivity(str(source["functionName"]), _text(source, "input"), _retry(source))
    if kind in (2, 3):
        return CallSubOrchestrator(
            str(source["functionName"]),
            _text(source, "input"),
            _text(source, "instanceId"),
            _text(source, "version"),
            _retry(source),
        )
    if kind in (11, 12):
        children = tuple(parse_action(c) for c in cast("list[dict[str, Json]]", source["compoundActions"]))
        return WhenAny(children) if kind == 11 else WhenAll(children)  # noqa: PLR2004 - AsyncActionType.WhenAny
    return _parse_simple(kind, source)


def _parse_simple(kind: int, source: Mapping[str, Json]) -> Leaf:
    match kind:
        case 4:
            return ContinueAsNew(_text(source, "input"))
        case 5:
            return CreateTimer(from_iso(str(source["fireAt"])), bool(source["isCanceled"]))
        case 6:
            return WaitForEvent(str(source["externalEventName"]))
        case 8:
            return CallActivity(HTTP_ACTIVITY, compact(source["httpRequest"]))
        case 7 | 9 | 10:
            due = from_iso(str(source["fireAt"])) if kind == 10 else 0.0  # noqa: PLR2004 - ScheduledSignalEntity
            entity, operation = str(source["instanceId"]), str(source["operation"])
            return SendToEntity(entity, operation, _text(source, "input"), kind != 7, due)  # noqa: PLR2004 - CallEntity
    raise ValueError(f"the orchestrator asked for an action of unknown type {kind}")


def _text(source: Mapping[str, Json], key: str) -> str | None:
    value = source.get(key)
    return None if value is None else str(value)


def _retry(source: Mapping[str, Json]) -> RetryPolicy | None:
    options = cast("dict[str, float] | None", source.get("retryOptions"))
    if options is None:
        return None
    return RetryPolicy(
        options["firstRetryIntervalInMilliseconds"] / 1000,
        int(options["maxNumberOfAttempts"]),
        options.get("backoffCoefficient") or 1.0,
    )
