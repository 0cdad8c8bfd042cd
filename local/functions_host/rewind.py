"""Rewind: a failed instance forgets its failures and runs what failed again.

As in the Azure Storage provider: failed activities leave the history with their scheduling, so that the next
replay finds them missing and schedules them anew; a failed sub-orchestration is rewound itself and reports
back again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from .history import EventType, Recorded, event
from .instances import Instance, Instances, Status
from .mailboxes import Post
from .store import UnitOfWork


def rewind(
    instances: Instances, post: Post, unit: UnitOfWork, instance: Instance, reason: str, now: float
) -> None:
    """Adds the rewinding of an instance and of its failed sub-orchestrations to the unit. `now` in epoch
    seconds.
    """
    failed_activities = _ids(instance.history, EventType.TASK_FAILED)
    failed_children = _ids(instance.history, EventType.SUB_ORCHESTRATION_FAILED)
    kept = [e for e in instance.history if not _forgotten(e, failed_activities)]
    again = replace(
        instance, status=Status.RUNNING, output=None, updated=now, turns=instance.turns + 1, history=[]
    )
    instances.replace_history(unit, again, kept)
    post.to_instance(unit, instance.id, event(EventType.GENERIC, now, Data=f"Rewound: {reason}"))
    for created in instance.history:
        if created.kind is EventType.SUB_ORCHESTRATION_CREATED and created.task_id in failed_children:
            child = instances.load(cast("str", created.fields()["InstanceId"]))
            if child is not None and child.status is Status.FAILED:
                rewind(instances, post, unit, child, reason, now)


def _ids(history: Sequence[Recorded], kind: EventType) -> set[int | None]:
    return {e.task_id for e in history if e.kind is kind}


def _forgotten(recorded: Recorded, failed_activities: set[int | None]) -> bool:
    if recorded.kind in (
        EventType.TASK_FAILED,
        EventType.SUB_ORCHESTRATION_FAILED,
        EventType.EXECUTION_COMPLETED,
    ):
        return True
    return recorded.kind is EventType.TASK_SCHEDULED and recorded.task_id in failed_activities
