"""A human's decision that an orchestration waits for: the external event `approve`."""

from dataclasses import dataclass

APPROVE_EVENT = "approve"
# A tag of a template: the hours that someone has to approve its image before it is published.
HOURS_TAG = "kiln-approve-before-replicate"
MOST_HOURS = 24 * 30


@dataclass(frozen=True)
class Approval:
    """Who decided, and how."""

    approved: bool
    by: str
    comment: str = ""

    def line(self, what: str, at: str) -> str:
        """`wave 2 approved by ada@example.org at …`; `at` is UTC, ISO 8601."""
        word = "approved" if self.approved else "refused"
        return f"{what} {word} by {self.by} at {at}{f': {self.comment}' if self.comment else ''}"


def hours_of(tags: dict[str, str]) -> int | None:
    """What the tag asks for: 0 without it, None when it is no number of hours from 1 to 720."""
    text = tags.get(HOURS_TAG, "")
    if not text:
        return 0
    return int(text) if text.isdecimal() and 1 <= int(text) <= MOST_HOURS else None
