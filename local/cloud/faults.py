"""Faults that a test switches on: refusals, dropped connections, operations that fail or hang.

`POST /_local/faults` takes one: `match` is a regular expression for `METHOD /path` (no regard to case),
`times` how
often it strikes (default 1). Then one of: `status` with `code`, `message` and `headers`; `drop`: `before`
or `after`
the effect; `operation`: `fail` (with `code` and `message`) or `hang` (until the faults are cleared).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.schema import MapOf, Number, Record, Required, Text, parse_body

FAULT = Record(
    {
        "match": Required(Text()),
        "times": Number(minimum=1),
        "status": Number(minimum=400, maximum=599),
        "code": Text(),
        "message": Text(),
        "headers": MapOf(Text()),
        "drop": Text(one_of=("before", "after")),
        "operation": Text(one_of=("fail", "hang")),
    }
)


@dataclass
class Faults:
    """In memory: a restart clears them."""

    active: list[Json] = field(default_factory=list)

    def add(self, body: Json) -> Json:
        """Raises ArmError 400 for a fault that says nothing or whose pattern does not compile."""
        fault = parse_body(FAULT, body)
        try:
            re.compile(fault["match"])
        except re.error as error:
            raise ArmError(400, "InvalidParameter", f"match: {error}", "match") from error
        if not {"status", "drop", "operation"} & fault.keys():
            raise ArmError(400, "InvalidParameter", "One of status, drop and operation is needed.", "status")
        fault.setdefault("times", 1)
        self.active.append(fault)
        return fault

    def strike(self, method: str, path: str) -> Json:
        """The fault for this request, counted; empty when none applies."""
        for fault in self.active:
            if fault["times"] > 0 and re.search(fault["match"], f"{method} {path}", re.IGNORECASE):
                fault["times"] -= 1
                return fault
        return {}


def refusal(fault: Json) -> ArmError:
    code, message = (
        fault.get("code", "InternalServerError"),
        fault.get("message", "A fault switched on by a test."),
    )
    return ArmError(fault["status"], code, message, headers=fault.get("headers", {}))
