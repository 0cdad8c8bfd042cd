"""JSON bodies of the management API: status, history, errors, and the links of a durable client."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from .history import Event, EventType, Recorded, iso
from .instances import Instance
from .settings import Json

WEBHOOK_PATH = "/runtime/webhooks/durabletask"
_EVENT_NAMES = {kind: "".join(word.capitalize() for word in kind.name.split("_")) for kind in EventType} | {
    EventType.SUB_ORCHESTRATION_CREATED: "SubOrchestrationInstanceCreated",
    EventType.SUB_ORCHESTRATION_COMPLETED: "SubOrchestrationInstanceCompleted",
    EventType.SUB_ORCHESTRATION_FAILED: "SubOrchestrationInstanceFailed",
    EventType.GENERIC: "GenericEvent",
}
_HIDDEN = frozenset({EventType.ORCHESTRATOR_STARTED, EventType.ORCHESTRATOR_COMPLETED})


@dataclass(frozen=True)
class ClientLinks:
    """Where this host's management API is. `origin` is the public address, `rpc_base` the loopback one."""

    origin: str
    rpc_base: str
    hub_name: str
    system_key: str

    def for_instance(self, instance_id: str, origin: str | None = None) -> dict[str, Json]:
        """HttpManagementPayload; `origin` is the caller's own if the request had one."""
        base = f"{origin or self.origin}{WEBHOOK_PATH}/instances/{quote(instance_id, safe='')}"
        query = f"taskHub={self.hub_name}&connection=Storage&code={self.system_key}"
        return {
            "id": instance_id,
            "statusQueryGetUri": f"{base}?{query}",
            "sendEventPostUri": f"{base}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{base}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{base}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{base}?{query}",
            "restartPostUri": f"{base}/restart?{query}",
            "suspendPostUri": f"{base}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{base}/resume?reason={{text}}&{query}",
        }

    def client_binding(self) -> str:
        """The text a durableClient parameter receives."""
        start = f"{self.origin}{WEBHOOK_PATH}/orchestrators/{{functionName}}[/{{instanceId}}]"
        wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        code = f"code={self.system_key}"
        return json.dumps(
            {
                "taskHubName": self.hub_name,
                "connectionName": None,
                "creationUrls": {
                    "createNewInstancePostUri": f"{start}?{code}",
                    "createAndWaitOnNewInstancePostUri": f"{start}?{wait}&{code}",
                },
                "managementUrls": self.for_instance("INSTANCEID"),
                "baseUrl": f"{self.origin}{WEBHOOK_PATH}",
                "requiredQueryStringParameters": code,
                "rpcBaseUrl": self.rpc_base,
                "httpBaseUrl": None,
            }
        )


def token(text: str | None) -> Json:
    """Stored JSON text as a value; text that is not JSON, such as a failure's message, as a string."""
    if text is None:
        return None
    try:
        return cast("Json", json.loads(text))
    except ValueError:
        return text


def status_payload(instance: Instance, show_input: bool = True) -> dict[str, Json]:
    return {
        "name": instance.name,
        "instanceId": instance.id,
        "runtimeStatus": instance.status.value,
        "input": token(instance.input) if show_input else None,
        "customStatus": token(instance.custom_status),
        "output": token(instance.output),
        "createdTime": _seconds(instance.created),
        "lastUpdatedTime": _seconds(instance.updated),
    }


def _seconds(moment: float) -> str:
    return iso(moment)[:19] + "Z"


def history_payload(history: Sequence[Recorded], show_outputs: bool) -> list[Json]:
    """Events as the status query shows them: named kinds, completions merged with what they complete."""
    shown: dict[int, Event] = {}
    scheduled: dict[object, int] = {}
    for position, recorded in enumerate(history):
        if recorded.kind in _HIDDEN:
            continue
        fields = recorded.fields()
        if recorded.kind in (EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_CREATED):
            scheduled[recorded.task_id] = position
        elif recorded.completes_task and recorded.kind is not EventType.TIMER_FIRED:
            _merge(fields, shown.pop(scheduled.get(fields.pop("TaskScheduledId"), -1), None))
        elif recorded.kind is EventType.EXECUTION_STARTED:
            fields["FunctionName"] = fields.pop("Name")
            for name in ("OrchestrationInstance", "ParentInstance", "Version", "Tags"):
                fields.pop(name, None)
        shown[position] = _tidy(recorded.kind, fields, show_outputs)
    return list(shown.values())


def _merge(fields: Event, beginning: Event | None) -> None:
    if beginning is not None:
        fields["ScheduledTime"] = beginning["Timestamp"]
        fields["FunctionName"] = beginning["Name"]


def _tidy(kind: EventType, fields: Event, show_outputs: bool) -> Event:
    fields["EventType"] = _EVENT_NAMES[kind]
    for name in ("EventId", "TimerId"):
        if kind not in (EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_CREATED):
            fields.pop(name, None)
    if not show_outputs:
        fields.pop("Result", None)
    elif "Result" in fields:
        fields["Result"] = token(cast("str | None", fields["Result"]))
    return fields


def error_payload(message: str, error: Exception) -> dict[str, Json]:
    return {
        "Message": message,
        "ExceptionMessage": str(error),
        "ExceptionType": type(error).__name__,
        "StackTrace": None,
    }
