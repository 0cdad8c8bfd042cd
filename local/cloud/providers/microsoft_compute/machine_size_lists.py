"""Resource SKUs, machine sizes and usage against the quota of a region."""

from __future__ import annotations

from collections.abc import Mapping

from local.cloud.cloud import Cloud
from local.cloud.json_types import Json
from local.cloud.locations import LOCATIONS, canonical_location
from local.cloud.machine_sizes import MACHINE_SIZES, ONLY_V2, MachineSize
from local.cloud.providers.microsoft_compute.machine_checks import MACHINES, cores_used
from local.cloud.readings import Reading
from local.cloud.requests import Answer, ArmRequest

OS_DISK_MIB = 1_047_552
COMPUTE = "/subscriptions/{subscription}/providers/Microsoft.Compute"


class MachineSizeReadings:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def readings(self) -> list[Reading]:
        return [
            Reading(f"{COMPUTE}/skus", self._skus),
            Reading(f"{COMPUTE}/locations/{{location}}/vmSizes", self._sizes),
            Reading(f"{COMPUTE}/locations/{{location}}/usages", self._usages),
        ]

    def _skus(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        """All regions have all sizes; `$filter=location eq 'R'` gives those of one."""
        del names
        wanted = request.query.get("$filter", "").lower()
        regions = [name for name in LOCATIONS if not wanted or f"'{name}'" in wanted]
        return Answer(200, {"value": [_sku(size, region) for region in regions for size in MACHINE_SIZES]})

    def _sizes(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request, names
        sizes = [
            {
                "name": name,
                "numberOfCores": size.cores,
                "memoryInMB": size.memory_gib * 1024,
                "osDiskSizeInMB": OS_DISK_MIB,
                "resourceDiskSizeInMB": 0,
                "maxDataDiskCount": size.data_disks,
            }
            for name, size in MACHINE_SIZES.items()
        ]
        return Answer(200, {"value": sizes})

    def _usages(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        del request
        location = canonical_location(names["location"])
        machines = [m for m in self._cloud.store.resources(type_name=MACHINES) if m.location == location]
        quotas, used = self._cloud.quotas, cores_used(self._cloud, location)
        families = sorted({size.family for size in MACHINE_SIZES.values()})
        rows = [
            _usage("cores", "Total Regional vCPUs", sum(used.values()), quotas.limit(location)),
            _usage("virtualMachines", "Virtual Machines", len(machines), 25_000),
            *(_usage(f, f"{f} vCPUs", used.get(f, 0), quotas.limit(location, f)) for f in families),
        ]
        return Answer(200, {"value": rows})


def _usage(name: str, words: str, current: int, limit: int) -> Json:
    return {
        "unit": "Count",
        "currentValue": current,
        "limit": limit,
        "name": {"value": name, "localizedValue": words},
    }


def _sku(name: str, region: str) -> Json:
    size: MachineSize = MACHINE_SIZES[name]
    capabilities = {
        "vCPUs": str(size.cores),
        "MemoryGB": str(size.memory_gib),
        "HyperVGenerations": ",".join(size.generations),
        "MaxDataDiskCount": str(size.data_disks),
        "OSVhdSizeMB": str(OS_DISK_MIB),
        "TrustedLaunchDisabled": str("V2" not in size.generations),
        "DiskControllerTypes": "NVMe" if size.generations == ONLY_V2 and "v6" in name else "SCSI",
        "EncryptionAtHostSupported": "True",
        "CpuArchitectureType": size.architecture,
        "PremiumIO": "True",
    }
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "tier": "Standard",
        "size": name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [region],
        "locationInfo": [{"location": region, "zones": ["1", "2", "3"], "zoneDetails": []}],
        "capabilities": [{"name": key, "value": value} for key, value in capabilities.items()],
        "restrictions": [],
    }
