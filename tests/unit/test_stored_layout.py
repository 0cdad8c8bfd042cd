"""State of another version is refused with what to do, by every part that keeps some."""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.stored_layout import OtherLayoutError, make_tables

TABLES = "CREATE TABLE IF NOT EXISTS things(id TEXT PRIMARY KEY, size INTEGER);"
INDEXED = TABLES + "CREATE INDEX IF NOT EXISTS things_by_size ON things(size);"
OLD = "CREATE TABLE things(id TEXT PRIMARY KEY)"


def opened(path: Path, *before: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    for statement in before:
        db.execute(statement)
    return db


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize("before", [(), (TABLES,), (TABLES, "PRAGMA user_version = 3")])
def test_a_new_file_one_without_a_version_and_one_of_this_version_are_taken(
    tmp_path: Path, before: Sequence[str]
) -> None:
    db = opened(tmp_path / "db", *before)
    make_tables(db, tmp_path / "db", TABLES, 3)
    make_tables(db, tmp_path / "db", TABLES, 3)
    assert version(db) == 3
    db.close()


@pytest.mark.parametrize("tables", [TABLES, INDEXED])
@pytest.mark.parametrize("before", [(TABLES, "PRAGMA user_version = 2"), (OLD,)])
def test_a_file_of_another_version_is_refused(tmp_path: Path, tables: str, before: Sequence[str]) -> None:
    db = opened(tmp_path / "db", *before)
    with pytest.raises(OtherLayoutError, match=r"delete the folder .*or all local state with ./kiln reset"):
        make_tables(db, tmp_path / "db", tables, 3)
    assert version(db) in (0, 2)
    db.close()


def test_a_file_that_is_in_use_is_not_called_old(tmp_path: Path) -> None:
    holder = opened(tmp_path / "db", TABLES, "BEGIN EXCLUSIVE")
    db = sqlite3.connect(tmp_path / "db", timeout=0, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        make_tables(db, tmp_path / "db", TABLES, 3)
    db.close()
    holder.close()


@pytest.mark.parametrize(
    ("part", "file", "more"),
    [
        ("service_bus", "service_bus.sqlite", ["--port", "0"]),
        ("cloud", "cloud.sqlite", ["--port", "0", "--http-port", "0", "--guest", "none"]),
        ("functions_host", "Chain.db", ["benchmarks/apps/chain", "--port", "0"]),
    ],
)
@pytest.mark.parametrize("content", [None, b"no database at all" * 100])
def test_each_part_says_so_and_ends(
    tmp_path: Path, part: str, file: str, more: list[str], content: bytes | None
) -> None:
    if content is None:
        opened(tmp_path / file, "CREATE TABLE messages(id INTEGER)", "PRAGMA user_version = 99").close()
    else:
        (tmp_path / file).write_bytes(content)
    command = [sys.executable, "-m", f"local.{part}", *more, "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stderr
    assert f"{file} was written by another version" in ended.stderr
    assert "./kiln reset" in ended.stderr
    assert "Traceback" not in ended.stderr
