"""The regions that a gallery version is replicated to, in the current form and in the deprecated one."""

from collections.abc import Sequence

from shared.distributors.kind import Home
from shared.domain.template import TargetRegion
from shared.reading.json_path import item
from shared.reading.json_value import JsonObject
from shared.reading.names import read_region, region_name, short_region
from shared.reading.object_reader import ObjectReader

STORAGE_ACCOUNT_TYPES = ("Standard_LRS", "Standard_ZRS", "Premium_LRS")
# learn.microsoft.com, "Azure Compute Gallery": limits.
MAX_REPLICAS = 100


def read_target_regions(fields: ObjectReader, home: Home) -> tuple[TargetRegion, ...]:
    """Reads `targetRegions`, or the deprecated `replicationRegions` with `storageAccountType`.

    AIB refuses both forms together. With neither, the version goes to the template's own region.
    """
    fields.has("targetRegions", since="2022-07-01")
    deprecated = [name for name in ("replicationRegions", "storageAccountType") if fields.is_filled(name)]
    current = tuple(_read_target_region(region) for region in fields.children("targetRegions"))
    old = _read_deprecated(fields, home)
    if fields.is_filled("targetRegions"):
        for name in deprecated:
            fields.problem_at(name, "is deprecated and must not be given beside targetRegions")
        _check_distinct(fields, "targetRegions", [region.name for region in current])
        return current
    return old


def target_region_to_json(region: TargetRegion) -> JsonObject:
    return {
        "name": region.name,
        "replicaCount": region.replica_count,
        "storageAccountType": region.storage_account_type,
    }


def _read_target_region(fields: ObjectReader) -> TargetRegion:
    return TargetRegion(
        name=read_region(fields, "name"),
        replica_count=fields.integer("replicaCount", minimum=1, maximum=MAX_REPLICAS, default=1),
        storage_account_type=_read_storage(fields),
    )


def _read_deprecated(fields: ObjectReader, home: Home) -> tuple[TargetRegion, ...]:
    storage = _read_storage(fields)
    names = [short_region(text) for text in fields.texts("replicationRegions", rule=region_name)]
    _check_distinct(fields, "replicationRegions", names)
    return tuple(TargetRegion(name, storage_account_type=storage) for name in names or [home.location])


def _read_storage(fields: ObjectReader) -> str:
    return fields.choice("storageAccountType", STORAGE_ACCOUNT_TYPES, default=STORAGE_ACCOUNT_TYPES[0])


def _check_distinct(fields: ObjectReader, name: str, regions: Sequence[str]) -> None:
    for index, region in enumerate(regions):
        if region and region in regions[:index]:
            place = item(fields.path_of(name), index)
            fields.report.add(place, f"{region} is given twice", fields.code)
