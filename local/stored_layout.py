"""Whether a SQLite file has the tables that this version of a part works with.

Nothing is converted: what the local parts keep can be made again.
"""

import sqlite3
from pathlib import Path

# No such column or table; not a database at all; a broken one.
_NOT_OURS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


class OtherLayoutError(Exception):
    """The file was written by another version, or is no database; the message says what to do."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was written by another version and cannot be used by this one: "
            f"delete the folder {path.parent}, or all local state with ./kiln reset"
        )


def make_tables(db: sqlite3.Connection, path: Path, tables: str, version: int) -> None:
    """Makes the tables that are missing. Raises OtherLayoutError for a file of another `version`.

    A file without a version, from before there were any, passes if its tables have the same columns.
    """
    try:
        [found] = db.execute("PRAGMA user_version").fetchone()
        if found not in (0, version):
            raise OtherLayoutError(path)
        db.executescript(tables)
        if found == 0 and _columns(db) != _wanted(tables):
            raise OtherLayoutError(path)
        db.execute(f"PRAGMA user_version = {version}")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in _NOT_OURS:
            raise
        raise OtherLayoutError(path) from error


def _wanted(tables: str) -> set[tuple[str, str]]:
    empty = sqlite3.connect(":memory:")
    try:
        empty.executescript(tables)
        return _columns(empty)
    finally:
        empty.close()


def _columns(db: sqlite3.Connection) -> set[tuple[str, str]]:
    rows = db.execute(
        "SELECT tables.name, columns.name"
        " FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'"
    )
    return set(rows)
