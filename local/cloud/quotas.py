"""vCPUs that machines may have: per region, and per family of sizes where a test says so.

Kept in DATA/quotas.json, so that a restart keeps them.
"""

from __future__ import annotations

import json
from pathlib import Path

from local.cloud.errors import ArmError, invalid_parameter
from local.cloud.json_types import Json
from local.cloud.locations import LOCATIONS
from local.cloud.machine_sizes import MACHINE_SIZES
from local.cloud.schema import Number, Record, Required, Text, parse_body

QUOTA = Record({"location": Required(Text()), "family": Text(), "cores": Required(Number(minimum=0))})


class Quotas:
    """Limits by `region` or `region/family`; a region's is `default` unless it was set, a family's its
    region's."""

    def __init__(self, data: Path, default: int) -> None:
        self._file = data / "quotas.json"
        self._default = default
        self._limits: dict[str, int] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def set(self, body: Json) -> Json:
        """Raises ArmError 400 for a region or family that there is not."""
        quota = parse_body(QUOTA, body)
        families = {size.family for size in MACHINE_SIZES.values()}
        if quota["location"] not in LOCATIONS:
            raise invalid_parameter(f"'{quota['location']}' is no region of this cloud.", "location")
        if quota.get("family", next(iter(families))) not in families:
            raise invalid_parameter(f"'{quota['family']}' is not one of {', '.join(families)}.", "family")
        self._limits[_key(quota["location"], quota.get("family", ""))] = quota["cores"]
        self._save()
        return quota

    def clear(self) -> None:
        self._limits.clear()
        self._save()

    def limit(self, location: str, family: str = "") -> int:
        regional = self._limits.get(location, self._default)
        return self._limits.get(_key(location, family), regional)

    def document(self) -> Json:
        return {"default": self._default, "limits": self._limits}

    def check(self, location: str, size_name: str, used: dict[str, int]) -> None:
        """`used` are cores by family in the region. Raises ArmError 409 as Azure does."""
        size = MACHINE_SIZES[size_name]
        total = sum(used.values())
        regional, family = self.limit(location), self.limit(location, size.family)
        if total + size.cores > regional:
            message = _exceeded("Total Regional", location, regional, total, size.cores)
            raise ArmError(409, "OperationNotAllowed", message)
        if used.get(size.family, 0) + size.cores > family:
            message = _exceeded(size.family, location, family, used.get(size.family, 0), size.cores)
            raise ArmError(409, "QuotaExceeded", message)

    def _save(self) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(self._limits))
        draft.replace(self._file)


def _key(location: str, family: str) -> str:
    return f"{location}/{family}" if family else location


def _exceeded(what: str, location: str, limit: int, used: int, wanted: int) -> str:
    return (
        f"Operation could not be completed as it results in exceeding approved {what} Cores quota. "
        f"Additional details - Deployment Model: Resource Manager, Location: {location}, Current Limit: "
        f"{limit}, Current Usage: {used}, Additional Required: {wanted}, (Minimum) New Limit Required: "
        f"{used + wanted}."
    )
