"""Sequence numbers, one row of them for each queue and topic: never given twice, over restarts too.

Numbers are set aside by the thousand, so that most messages need no write for theirs. What a bus that ends
has set aside and not used is skipped, as Azure's numbers have gaps.
"""

from dataclasses import dataclass
from typing import cast

from local.service_bus.database import Database

_SET_ASIDE = 1_000


@dataclass
class _Block:
    last: int
    end: int


class Sequences:
    """The next number of each entity."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._blocks: dict[str, _Block] = {}

    def next(self, entity: str) -> int:
        block = self._blocks.get(entity)
        if block is None or block.last == block.end:
            block = self._blocks[entity] = self._set_aside(entity)
        block.last += 1
        return block.last

    def _set_aside(self, entity: str) -> _Block:
        """Stored with the message that gets the first of them, or not at all."""
        [row] = self._db.write_returning(
            "INSERT INTO sequences VALUES (?1, ?2) ON CONFLICT(queue) DO UPDATE SET last = last + ?2"
            " RETURNING last",
            entity,
            _SET_ASIDE,
        )
        end = cast("int", row[0])
        return _Block(end - _SET_ASIDE, end)
