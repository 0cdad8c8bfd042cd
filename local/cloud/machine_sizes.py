"""Machine sizes that can be asked for: a few of Azure's, with the numbers that decide about quota."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MachineSize:
    family: str
    cores: int
    memory_gib: int
    architecture: str = "x64"


def _series(
    prefix: str, suffix: str, family: str, gib_per_core: int, architecture: str = "x64"
) -> dict[str, MachineSize]:
    return {
        f"Standard_{prefix}{cores}{suffix}": MachineSize(family, cores, cores * gib_per_core, architecture)
        for cores in (2, 4, 8, 16)
    }


MACHINE_SIZES = {
    "Standard_B1s": MachineSize("standardBSFamily", 1, 1),
    "Standard_B2s": MachineSize("standardBSFamily", 2, 4),
    "Standard_D1_v2": MachineSize("standardDv2Family", 1, 3),
    "Standard_D2_v2": MachineSize("standardDv2Family", 2, 7),
    **_series("D", "s_v3", "standardDSv3Family", 4),
    **_series("D", "ds_v4", "standardDDSv4Family", 4),
    **_series("D", "ds_v5", "standardDDSv5Family", 4),
    **_series("D", "s_v5", "standardDSv5Family", 4),
    **_series("D", "s_v6", "standardDSv6Family", 4),
    **_series("D", "as_v5", "standardDASv5Family", 4),
    **_series("E", "s_v5", "standardESv5Family", 8),
    **_series("F", "s_v2", "standardFSv2Family", 2),
    **_series("D", "ps_v5", "standardDPSv5Family", 4, "Arm64"),
}
