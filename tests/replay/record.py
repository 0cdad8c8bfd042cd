"""Writes the history of one finished orchestration of a local Kiln, to be replayed by later versions.

`python -m tests.replay.record .kiln/functions/Kiln.db INSTANCE_ID NAME` writes `histories/NAME.json`. Record
one whenever an orchestrator's order of calls changes on purpose.
"""

import json
import sqlite3
import sys
from pathlib import Path

HISTORIES = Path(__file__).parent / "histories"


def record(store: str, instance_id: str, name: str) -> Path:
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        row = database.execute("SELECT name, input FROM instances WHERE id = ?", (instance_id,)).fetchone()
        turns = database.execute(
            "SELECT events FROM history WHERE instance_id = ? ORDER BY turn", (instance_id,)
        ).fetchall()
    # The store keeps each event's text without its opening brace, to prefix it with IsPlayed.
    history = [json.loads(_whole(event)) for (events,) in turns for event in json.loads(events)]
    document = {
        "orchestration": row[0],
        "instanceId": instance_id,
        "input": json.loads(row[1]),
        "history": history,
    }
    path = HISTORIES / f"{name}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def _whole(event: str) -> str:
    return event if event.startswith("{") else "{" + event


if __name__ == "__main__":
    sys.stdout.write(f"{record(*sys.argv[1:4])}\n")
