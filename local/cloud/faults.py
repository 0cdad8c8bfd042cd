"""Faults that a test switches on: refusals, dropped connections, operations that fail or hang.

`POST /_local/faults` takes one. `match` is a regular expression for `METHOD /path` (no regard to case); of
the requests that match, the first `skip` pass (default 0) and the next `times` (default 1) are struck. What
happens is `status` with `code`, `message` and `headers`; or `drop`, `before` or `after` the effect; or
`operation`, `fail`, `failAfter` (both with `code` and `message`) or `hang`.
`drop` and `operation` go together.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.schema import MapOf, Number, Record, Required, Text, parse_body

FAULT = Record(
    {
        "match": Required(Text()),
        "skip": Number(minimum=0),
        "times": Number(minimum=1),
        "status": Number(minimum=400, maximum=599),
        "code": Text(),
        "message": Text(),
        "headers": MapOf(Text()),
        "drop": Text(one_of=("before", "after")),
        "operation": Text(one_of=("fail", "failAfter", "hang")),
    }
)


@dataclass
class Faults:
    """In memory: a restart clears them. `seen` and `struck` of a fault count the requests that match it."""

    active: list[Json] = field(default_factory=list)

    def add(self, body: Json) -> Json:
        """Raises ArmError 400 for one that says nothing or too much, or whose pattern does not compile."""
        fault = parse_body(FAULT, body)
        try:
            re.compile(fault["match"])
        except re.error as error:
            raise ArmError(400, "InvalidParameter", f"match: {error}", "match") from error
        effects = {"status", "drop", "operation"} & fault.keys()
        if not effects or ("status" in effects and len(effects) > 1):
            message = "Either status, or drop or operation or both of these, is needed."
            raise ArmError(400, "InvalidParameter", message, "status")
        fault = {"id": str(uuid.uuid4()), "skip": 0, "times": 1, **fault, "seen": 0, "struck": 0}
        self.active.append(fault)
        return fault

    def remove(self, fault_id: str) -> None:
        self.active = [fault for fault in self.active if fault["id"] != fault_id]

    def strike(self, method: str, path: str) -> Json:
        """The fault for this request: the oldest one that is due. Empty when none applies."""
        due = [fault for fault in self.active if _is_due(fault, f"{method} {path}")]
        if not due:
            return {}
        due[0]["struck"] += 1
        return due[0]


def _is_due(fault: Json, request: str) -> bool:
    """Counts the request if it matches, whichever fault strikes it in the end."""
    if not re.search(fault["match"], request, re.IGNORECASE):
        return False
    fault["seen"] += 1
    return bool(fault["seen"] > fault["skip"] and fault["struck"] < fault["times"])


def refusal(fault: Json) -> ArmError:
    code, message = (
        fault.get("code", "InternalServerError"),
        fault.get("message", "A fault switched on by a test."),
    )
    return ArmError(fault["status"], code, message, headers=fault.get("headers", {}))
