"""What a receiver says of a message it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

PropertyValue = object


class Outcome(Enum):
    """RELEASE gives a message back without counting the delivery."""

    COMPLETE = "completed"
    ABANDON = "abandoned"
    DEFER = "defered"  # as the protocol spells it
    DEAD_LETTER = "suspended"
    RELEASE = "released"


@dataclass(frozen=True)
class Disposition:
    """`properties` are set among the message's application properties."""

    outcome: Outcome
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)


def dead_letter(reason: str | None, description: str | None) -> Disposition:
    given = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
    properties = {name: text for name, text in given.items() if text is not None}
    return Disposition(Outcome.DEAD_LETTER, properties)
