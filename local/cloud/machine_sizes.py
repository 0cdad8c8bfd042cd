"""Machine sizes that can be asked for: a few of Azure's, with the numbers that decide about quota."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class MachineSize:
    family: str
    cores: int
    memory_gib: int
    architecture: str = "x64"
    generations: tuple[str, ...] = ("V1", "V2")

    @property
    def data_disks(self) -> int:
        """The most data disks that a machine of this size takes."""
        return self.cores * 2


ONLY_V1, ONLY_V2 = ("V1",), ("V2",)


def _series(names: str, per_core: MachineSize) -> dict[str, MachineSize]:
    """Sizes of 2 to 16 cores; `{}` in `names` is their number."""
    return {
        f"Standard_{names.format(cores)}": replace(
            per_core, cores=cores, memory_gib=cores * per_core.memory_gib
        )
        for cores in (2, 4, 8, 16)
    }


MACHINE_SIZES = {
    "Standard_B1s": MachineSize("standardBSFamily", 1, 1),
    "Standard_B2s": MachineSize("standardBSFamily", 2, 4),
    "Standard_D1_v2": MachineSize("standardDv2Family", 1, 3, generations=ONLY_V1),
    "Standard_D2_v2": MachineSize("standardDv2Family", 2, 7, generations=ONLY_V1),
    **_series("D{}s_v3", MachineSize("standardDSv3Family", 1, 4)),
    **_series("D{}ds_v4", MachineSize("standardDDSv4Family", 1, 4)),
    **_series("D{}ds_v5", MachineSize("standardDDSv5Family", 1, 4)),
    **_series("D{}s_v5", MachineSize("standardDSv5Family", 1, 4)),
    **_series("D{}s_v6", MachineSize("standardDSv6Family", 1, 4, generations=ONLY_V2)),
    **_series("D{}as_v5", MachineSize("standardDASv5Family", 1, 4)),
    **_series("E{}s_v5", MachineSize("standardESv5Family", 1, 8)),
    **_series("F{}s_v2", MachineSize("standardFSv2Family", 1, 2)),
    **_series("D{}ps_v5", MachineSize("standardDPSv5Family", 1, 4, "Arm64", ONLY_V2)),
}
