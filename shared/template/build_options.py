"""Options of a build that Kiln does not have yet: AIB's defaults pass, anything else is refused by name."""

from shared.reading.object_reader import ObjectReader
from shared.reading.rules import sha256_hex, web_uri

VALIDATOR_TYPES = ("Shell", "PowerShell", "File")

_SWITCH = ("Enabled", "Disabled")
_ON_ERROR = ("cleanup", "abort")


def check_build_options(properties: ObjectReader) -> None:
    """Looks at everything of `properties` that has no place in the domain."""
    properties.ignore("provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup")
    _check_optimize(properties)
    _check_validate(properties)
    _check_error_handling(properties)
    _check_auto_run(properties)
    _check_data_disks(properties)


def _check_optimize(properties: ObjectReader) -> None:
    properties.has("optimize", since="2022-07-01")
    optimize = properties.child("optimize")
    if optimize is None:
        return
    vm_boot = optimize.child("vmBoot")
    if vm_boot is not None:
        _refuse_enabled(vm_boot, "optimize.vmBoot")
    optimize.has("workload", since="2025-10-01")
    workload = optimize.child("workload")
    if workload is not None:
        workload.text("scriptUri", rule=web_uri)
        workload.text("sha256Checksum", rule=sha256_hex)
        _refuse_enabled(workload, "optimize.workload")


def _check_validate(properties: ObjectReader) -> None:
    properties.has("validate", since="2022-02-14")
    validate = properties.child("validate")
    if validate is None:
        return
    for name in ("continueDistributeOnFailure", "sourceValidationOnly"):
        if validate.boolean(name):
            validate.problem_at(name, f"validate.{name} is not supported by Kiln yet")
    for validator in validate.children("inVMValidations"):
        _refuse_validator(validator)


def _refuse_validator(validator: ObjectReader) -> None:
    validator.skip_unknown_fields()
    written = validator.required_text("type", code="BadValidatorType")
    if written in VALIDATOR_TYPES:
        message = f"validate.inVMValidations ({written}) is not supported by Kiln yet"
        validator.problem_at("type", message, "UnsupportedValidatorType")
    elif written:
        validator.problem_at("type", f"must be one of {', '.join(VALIDATOR_TYPES)}", "BadValidatorType")


def _check_error_handling(properties: ObjectReader) -> None:
    properties.has("errorHandling", since="2023-07-01")
    handling = properties.child("errorHandling")
    if handling is None:
        return
    for name in ("onCustomizerError", "onValidationError"):
        if handling.choice(name, _ON_ERROR, default="cleanup") == "abort":
            handling.problem_at(name, f'errorHandling.{name} "abort" is not supported by Kiln yet')


def _check_auto_run(properties: ObjectReader) -> None:
    properties.has("autoRun", since="2024-02-01")
    auto_run = properties.child("autoRun")
    if auto_run is not None:
        _refuse_enabled(auto_run, "autoRun")


def _check_data_disks(properties: ObjectReader) -> None:
    properties.has("additionalDataDisks", since="2025-10-01")
    for disk in properties.children("additionalDataDisks"):
        disk.integer("sizeGB", minimum=0, maximum=2**31 - 1, default=0)
        disk.problem("additionalDataDisks is not supported by Kiln yet")


def _refuse_enabled(fields: ObjectReader, option: str) -> None:
    if fields.choice("state", _SWITCH, default="Disabled") == "Enabled":
        fields.problem_at("state", f'{option}.state "Enabled" is not supported by Kiln yet')
