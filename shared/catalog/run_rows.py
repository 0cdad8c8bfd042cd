"""How runs stand in Azure Tables: keys that sort the newest first, rows, and what is asked of them.

The table of runs holds every run once, in the order of time over all partitions: a partition is the first
five digits of the key, 28 hours. Whoever knows a run's id knows its row, a list is a range of keys, and no
partition grows without end. The table of templates' runs has the same keys, and a partition for each template
name.
"""

from datetime import datetime

from shared.catalog.entities import document_columns
from shared.domain.names import started_at
from shared.domain.run import Run

_LAST_SECOND = 9_999_999_999
_PARTITION_DIGITS = 5
LAST_KEY = f"{_LAST_SECOND}~"  # behind that of any run
GOING_ON = ""  # the state of a template's run that may not have ended: its own row knows


def row_key(run_id: str) -> str:
    """Sorts runs newest first; raises ValueError when it is not a run id."""
    return f"{countdown(started_at(run_id))}-{run_id}"


def is_row_key(text: str) -> bool:
    """Whether a run could have that key."""
    try:
        return text == row_key(run_of(text))
    except ValueError:
        return False


def run_of(key: str) -> str:
    """The id of the run with that key."""
    return key.partition("-")[2]


def partition_of(key: str) -> str:
    return key[:_PARTITION_DIGITS]


def template_partition(template: str) -> str:
    """The same for a template's name and for its full ARM id."""
    return template.rpartition("/")[2].lower()


def countdown(moment: datetime, later: int = 0) -> str:
    """Where the keys of runs of that second begin, `later` seconds further back in time."""
    return f"{_LAST_SECOND - int(moment.timestamp()) + later:010d}"


def run_row(run: Run) -> dict[str, object]:
    """The run's own row."""
    key = row_key(run.id)
    return {
        "PartitionKey": partition_of(key),
        "RowKey": key,
        "state": run.state.value,
        **document_columns(run),
    }


def row_of_template(run: Run) -> dict[str, object]:
    """The run among those of its template: all of it once it has ended, until then that there is one."""
    return {
        "PartitionKey": template_partition(run.template_id),
        "RowKey": row_key(run.id),
        "template": run.template_id.lower(),
        "state": run.state.value if run.ended else GOING_ON,
        **(document_columns(run) if run.ended else {}),
    }
