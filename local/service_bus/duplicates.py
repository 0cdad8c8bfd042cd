"""Duplicate detection: a message id seen within the entity's window is accepted and dropped."""

from local.service_bus.broker import Broker


class DuplicateDetection:
    """Of one queue or topic; without a window it finds none."""

    def __init__(self, broker: Broker, path: str, window_ms: int | None) -> None:
        self._broker = broker
        self._path = path
        self._window_ms = window_ms

    def seen(self, message_id: str | None) -> bool:
        """Whether the id came before; remembers it if not."""
        if self._window_ms is None or message_id is None:
            return False
        now = self._broker.clock()
        fresh = self._broker.database.write(
            "INSERT INTO message_ids VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms"
            " WHERE until_ms <= ?",
            self._path,
            message_id,
            now + self._window_ms,
            now,
        )
        return fresh == 0


def forget_old(broker: Broker) -> None:
    """Removes the ids whose window has passed."""
    broker.database.write("DELETE FROM message_ids WHERE until_ms <= ?", broker.clock())
    broker.turn.commit_later()
