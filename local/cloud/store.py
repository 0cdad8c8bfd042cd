"""Everything the cloud must remember, in one SQLite file: resources and long-running operations.

One connection, used on the event loop's thread alone. Each change is a transaction, so that a process
killed at any moment leaves either the old state or the new one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.cloud.arm_ids import ArmId, parse_id
from local.cloud.errors import resource_not_found
from local.cloud.json_types import Json
from local.stored_layout import make_tables

LAYOUT = 1  # to be raised with every change of the tables
TABLES = """
CREATE TABLE IF NOT EXISTS resources (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, document TEXT NOT NULL, internal TEXT NOT
    NULL); CREATE INDEX IF NOT EXISTS resources_by_type ON resources (type, key);
CREATE TABLE IF NOT EXISTS operations (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, resource TEXT NOT NULL, status TEXT NOT NULL,
    record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS operations_by_resource ON operations (resource, status);
CREATE INDEX IF NOT EXISTS machines_by_size ON resources (json_extract(document, '$.location'),
    json_extract(document, '$.properties.hardwareProfile.vmSize'), json_extract(internal, '$.power'), key)
    WHERE type = 'microsoft.compute/virtualmachines';
CREATE INDEX IF NOT EXISTS resources_by_content ON resources (json_extract(internal, '$.contentId'));
CREATE INDEX IF NOT EXISTS resources_with_data ON resources (key)
    WHERE json_extract(internal, '$.dataContents') IS NOT NULL;
"""

LAST_CHARACTER = "\U0010ffff"  # sorts behind every character of an id
# Clients poll an operation for minutes; ten thousand are enough to look back on.
KEPT_OPERATIONS = 10_000
FORGET_OLD_OPERATIONS = """
DELETE FROM operations WHERE status != 'InProgress' AND number <= (SELECT max(number) FROM operations) - ?
"""


@dataclass
class Resource:
    """A resource as stored: `document` is what a GET may show, `internal` what only this cloud knows."""

    id: ArmId
    document: Json
    internal: Json = field(default_factory=dict)

    @property
    def properties(self) -> Json:
        properties: Json = self.document["properties"]
        return properties

    @property
    def location(self) -> str:
        return str(self.document.get("location", ""))


class Store:
    """Resources by id and operation records by id. Ids are looked up without regard to case.

    Raises OtherLayoutError for a file that another version wrote.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        make_tables(self._db, path, TABLES, LAYOUT)
        self._db.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing with NORMAL; only a power cut could lose the last transactions.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(FORGET_OLD_OPERATIONS, (KEPT_OPERATIONS,))

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside happen or none; may be nested. Never await inside."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def find(self, resource_id: ArmId | str) -> Resource | None:
        row = self._db.execute(
            "SELECT id, document, internal FROM resources WHERE key = ?", (str(resource_id).lower(),)
        ).fetchone()
        return _resource(row) if row else None

    def get(self, resource_id: ArmId) -> Resource:
        """Raises ArmError 404 when there is no such resource."""
        if (resource := self.find(resource_id)) is None:
            raise resource_not_found(resource_id)
        return resource

    def save(self, resource: Resource) -> None:
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?)",
                (
                    resource.id.key,
                    str(resource.id),
                    resource.id.type.lower(),
                    json.dumps(resource.document),
                    json.dumps(resource.internal),
                ),
            )

    @contextmanager
    def edit(self, resource_id: ArmId) -> Iterator[Resource]:
        """Reads, lets the caller change, and saves in one transaction. Never await inside."""
        with self.transaction():
            resource = self.get(resource_id)
            yield resource
            self.save(resource)

    def delete(self, resource_id: ArmId) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM resources WHERE key = ?", (resource_id.key,))

    def resources(self, *, type_name: str | None = None, under: str = "") -> list[Resource]:
        """Resources of a type (all types when None) whose id starts with `under`, ordered by id."""
        first = under.lower()
        query, values = "key >= ? AND key < ?", [first, first + LAST_CHARACTER]
        if type_name:
            query, values = f"type = ? AND {query}", [type_name.lower(), *values]
        rows = self._db.execute(
            f"SELECT id, document, internal FROM resources WHERE {query} ORDER BY key",  # noqa: S608 - fixed
            values,
        )
        return [_resource(row) for row in rows]

    def walk(self, under: str, after: str) -> Iterator[Resource]:
        """Resources whose id starts with `under`, behind the key `after`, ordered by id; reads as it goes.

        Never await between two of them.
        """
        first = under.lower()
        rows = self._db.execute(
            "SELECT id, document, internal FROM resources"
            " WHERE key >= ? AND key < ? AND key > ? ORDER BY key",
            (first, first + LAST_CHARACTER, after),
        )
        return map(_resource, rows)

    def mentioning(self, resource_id: ArmId | str, type_name: str) -> list[Resource]:
        """Resources of a type whose documents name an id anywhere: what may refer to it, ordered by id.

        Reading them all to look would make a request the slower the more there is in the cloud.
        """
        rows = self._db.execute(
            "SELECT id, document, internal FROM resources"
            " WHERE type = ? AND instr(lower(document), ?) > 0 ORDER BY key",
            (type_name.lower(), str(resource_id).lower()),
        )
        return [_resource(row) for row in rows]

    def count(self, type_name: str) -> int:
        query = "SELECT count(*) FROM resources WHERE type = ?"
        (number,) = self._db.execute(query, (type_name.lower(),)).fetchone()
        return int(number)

    def children(self, parent: ArmId, type_name: str | None = None) -> list[Resource]:
        """What lies inside a resource or resource group, at any depth."""
        return self.resources(type_name=type_name, under=f"{parent.key}/")

    def machines_by_size(self, location: str, other_than: ArmId | None = None) -> dict[str, int]:
        """How many machines of each size hold cores in a region: not those that are deallocated."""
        rows = self._db.execute(
            "SELECT json_extract(document, '$.properties.hardwareProfile.vmSize') AS size, count(*)"
            " FROM resources WHERE type = 'microsoft.compute/virtualmachines'"
            " AND json_extract(document, '$.location') = ? AND key != ?"
            " AND json_extract(internal, '$.power') IS NOT 'deallocated' GROUP BY size",
            (location, other_than.key if other_than else ""),
        )
        return dict(rows.fetchall())

    def refers_to_content(self, content_id: str, other_than: ArmId) -> bool:
        """Whether another resource stands on this content of the guest."""
        row = self._db.execute(
            "SELECT 1 FROM resources WHERE key != ?2 AND json_extract(internal, '$.contentId') = ?1"
            " UNION ALL SELECT 1 FROM resources, json_each(internal, '$.dataContents') AS data"
            " WHERE resources.key != ?2 AND json_extract(internal, '$.dataContents') IS NOT NULL"
            " AND data.value = ?1 LIMIT 1",
            (content_id, other_than.key),
        ).fetchone()
        return row is not None

    def save_operation(self, operation_id: str, resource: ArmId, status: str, record: Json) -> None:
        with self.transaction():
            self._db.execute(
                "INSERT INTO operations (id, resource, status, record) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (id) DO UPDATE SET status = ?3, record = ?4",
                (operation_id, resource.key, status, json.dumps(record)),
            )

    def find_operation(self, operation_id: str) -> Json | None:
        row = self._db.execute("SELECT record FROM operations WHERE id = ?", (operation_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def operations(self, status: str, resource: ArmId | None = None) -> list[Json]:
        """Records with this status, oldest first; of one resource if given."""
        query, values = "status = ?", [status]
        if resource:
            query, values = f"resource = ? AND {query}", [resource.key, status]
        rows = self._db.execute(f"SELECT record FROM operations WHERE {query} ORDER BY number", values)  # noqa: S608 - fixed
        return [json.loads(row[0]) for row in rows]


def _resource(row: tuple[str, str, str]) -> Resource:
    return Resource(parse_id(row[0]), json.loads(row[1]), json.loads(row[2]))
