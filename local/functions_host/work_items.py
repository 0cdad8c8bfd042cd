"""A stored request to run an activity once; it lives until its result is in the orchestration's inbox."""

from collections.abc import Sequence
from typing import NamedTuple, cast


class WorkItem(NamedTuple):
    """`input` is JSON text."""

    seq: int
    instance_id: str
    execution_id: str
    task_id: int
    name: str
    input: str | None

    @classmethod
    def from_row(cls, row: Sequence[object]) -> "WorkItem":
        return cls(*cast("tuple[int, str, str, int, str, str | None]", tuple(row)))
