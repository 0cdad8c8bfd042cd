"""Reads a lifecycle policy from JSON (docs/lifecycle.md), or says everything wrong with it."""

from shared.domain.lifecycle import LifecyclePolicy
from shared.reading.arm_id import GALLERY_IMAGE, arm_id_rule
from shared.reading.object_reader import ObjectReader
from shared.reading.tags import read_tags
from shared.reading.whole import read_whole

MOST_DAYS = 10_000


def read_lifecycle_policy(document: object, name: str) -> LifecyclePolicy:
    """Raises InvalidTemplateError with all problems, in the order of the document."""
    return read_whole(document, _read, name)


def _read(root: ObjectReader) -> LifecyclePolicy:
    root.ignore("name")
    policy = LifecyclePolicy(
        definition_id=root.required_text("definitionId", rule=arm_id_rule(GALLERY_IMAGE)),
        keep_count=_days(root, "keepCount", 0),
        keep_days=_days(root, "keepDays", 0),
        keep_newest_of_major=not root.has("keepNewestOfMajor") or root.boolean("keepNewestOfMajor"),
        spare_tags=read_tags(root, "spareTags"),
        exclude_after_days=_days(root, "excludeAfterDays", 14),
        delete_after_days=_days(root, "deleteAfterDays", 30),
        enabled=root.boolean("enabled"),
    )
    if not policy.keep_count and not policy.keep_days:
        root.problem("needs keepCount or keepDays: without a limit nothing ever goes")
    return policy


def _days(root: ObjectReader, name: str, default: int) -> int:
    return root.integer(name, minimum=0, maximum=MOST_DAYS, default=default)
