"""How a build goes: optimization, what happens on errors, data disks, and whether it starts by itself."""

from shared.domain.template import ErrorHandling, OnError, Optimization
from shared.reading.json_value import JsonObject, JsonValue, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import sha256_hex, web_uri

# Azure's largest managed disk, in GiB, and the most that any VM size takes.
MAX_DATA_DISK_GB = 32767
MAX_DATA_DISKS = 64

_ENABLED, _DISABLED = "Enabled", "Disabled"


def read_optimization(properties: ObjectReader) -> Optimization:
    properties.has("optimize", since="2022-07-01")
    optimize = properties.child("optimize")
    if optimize is None:
        return Optimization()
    optimize.has("workload", since="2025-10-01")
    vm_boot, workload = optimize.child("vmBoot"), optimize.child("workload")
    return Optimization(
        vm_boot=vm_boot is not None and _is_enabled(vm_boot),
        workload=workload is not None and _is_enabled(workload),
        workload_script_uri=workload.text("scriptUri", rule=web_uri) if workload else "",
        workload_sha256=workload.text("sha256Checksum", rule=sha256_hex) if workload else "",
    )


def optimization_to_json(optimization: Optimization) -> JsonObject:
    workload: JsonObject = {
        "state": _state(optimization.workload),
        "scriptUri": optimization.workload_script_uri,
        "sha256Checksum": optimization.workload_sha256,
    }
    return without_empty(
        {
            "vmBoot": without_empty({"state": _state(optimization.vm_boot)}),
            "workload": without_empty(workload),
        }
    )


def read_error_handling(properties: ObjectReader) -> ErrorHandling:
    properties.has("errorHandling", since="2023-07-01")
    handling = properties.child("errorHandling")
    if handling is None:
        return ErrorHandling()
    return ErrorHandling(
        on_customizer_error=_on_error(handling, "onCustomizerError"),
        on_validation_error=_on_error(handling, "onValidationError"),
    )


def error_handling_to_json(handling: ErrorHandling) -> JsonObject:
    if handling == ErrorHandling():
        return {}
    return {
        "onCustomizerError": handling.on_customizer_error.value,
        "onValidationError": handling.on_validation_error.value,
    }


def read_auto_run(properties: ObjectReader) -> bool:
    properties.has("autoRun", since="2024-02-01")
    auto_run = properties.child("autoRun")
    return auto_run is not None and _is_enabled(auto_run)


def auto_run_to_json(auto_run: bool) -> JsonObject:
    return without_empty({"state": _state(auto_run)})


def read_data_disks(properties: ObjectReader) -> tuple[int, ...]:
    """Sizes in GiB, in the order of the disks' logical unit numbers."""
    properties.has("additionalDataDisks", since="2025-10-01")
    disks = properties.children("additionalDataDisks")
    if len(disks) > MAX_DATA_DISKS:
        properties.problem_at("additionalDataDisks", f"holds {len(disks)} disks; a VM takes {MAX_DATA_DISKS}")
    for disk in disks:
        if not disk.has("sizeGB"):
            disk.problem_at("sizeGB", "is required")
    return tuple(disk.integer("sizeGB", minimum=1, maximum=MAX_DATA_DISK_GB, default=1) for disk in disks)


def data_disks_to_json(sizes: tuple[int, ...]) -> list[JsonValue]:
    return [{"sizeGB": size} for size in sizes]


def _is_enabled(fields: ObjectReader) -> bool:
    return fields.choice("state", (_ENABLED, _DISABLED), default=_DISABLED) == _ENABLED


def _state(enabled: bool) -> str:
    return _ENABLED if enabled else ""


def _on_error(handling: ObjectReader, name: str) -> OnError:
    return OnError(handling.choice(name, tuple(OnError), default=OnError.CLEANUP))
