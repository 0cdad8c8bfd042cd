"""How often each kind of request to ARM was answered: what a load costs, each exchange unwritten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from local.cloud.operation_requests import OPERATION_PATH
from local.cloud.requests import ArmRequest

POLLS = "operations"


@dataclass(frozen=True)
class CallCounts:
    """By method and what was asked for: a type, a type and an action, or `operations` for polls of one."""

    counts: Counter[str] = field(default_factory=Counter)

    def count(self, request: ArmRequest) -> None:
        self.counts[f"{request.method} {_what(request)}"] += 1


def _what(request: ArmRequest) -> str:
    if OPERATION_PATH.fullmatch(request.path):
        return POLLS
    target = request.target
    if not target.resource_group:
        return target.collection_type if target.namespace else "subscriptions"
    return f"{target.id.type}/{target.tail}" if target.tail else target.id.type
