"""optimize, validate, errorHandling, autoRun, additionalDataDisks: their defaults, values and faults."""

import pytest

from shared.domain.template import (
    ErrorHandling,
    FileCustomizer,
    OnError,
    Optimization,
    PowerShellCustomizer,
    ShellCustomizer,
    Validation,
)
from tests.unit.template.samples import SHA, faults, minimal, parse, with_properties

DEFAULTS: dict[str, object] = {
    "customize": [],
    "optimize": {"vmBoot": {"state": "Disabled"}, "workload": {"state": "Disabled"}},
    "validate": {"continueDistributeOnFailure": False, "sourceValidationOnly": False, "inVMValidations": []},
    "errorHandling": {"onCustomizerError": "cleanup", "onValidationError": "cleanup"},
    "additionalDataDisks": [],
    "autoRun": {"state": "Disabled"},
    "vmProfile": {"vmSize": "", "osDiskSizeGB": 0, "userAssignedIdentities": [], "vnetConfig": {}},
    "stagingResourceGroup": "",
    "managedResourceTags": {},
}


def test_aibs_defaults_say_nothing() -> None:
    assert parse(with_properties(DEFAULTS)) == parse(minimal())
    for name, value in DEFAULTS.items():
        assert parse(with_properties({name: value})) == parse(minimal())


@pytest.mark.parametrize("name", ["optimize", "validate", "errorHandling", "autoRun", "vmProfile"])
def test_empty_objects_say_nothing(name: str) -> None:
    assert parse(with_properties({name: {}})) == parse(minimal())


def test_everything_is_read() -> None:
    workload = {"state": "Enabled", "scriptUri": "https://example.com/w", "sha256Checksum": SHA}
    template = parse(
        with_properties(
            {
                "optimize": {"vmBoot": {"state": "Enabled"}, "workload": workload},
                "errorHandling": {"onCustomizerError": "abort"},
                "autoRun": {"state": "Enabled"},
                "additionalDataDisks": [{"sizeGB": 5}, {"sizeGB": 32767}],
            }
        )
    )
    assert template.optimization == Optimization(True, True, "https://example.com/w", SHA)
    assert template.error_handling == ErrorHandling(OnError.ABORT, OnError.CLEANUP)
    assert template.auto_run
    assert template.data_disks_gb == (5, 32767)


def test_validators_are_read_as_customizers_are() -> None:
    shell = {"type": "Shell", "name": "up", "inline": ["curl localhost"]}
    file = {"type": "File", "sourceUri": "https://example.com/x", "destination": "/tmp/x"}
    options = {"continueDistributeOnFailure": True, "sourceValidationOnly": True}
    template = parse(with_properties({"validate": {**options, "inVMValidations": [shell, file]}}))
    assert template.validation == Validation(
        (
            ShellCustomizer("up", inline=("curl localhost",)),
            FileCustomizer("", "https://example.com/x", "/tmp/x"),
        ),
        continue_distribute_on_failure=True,
        source_validation_only=True,
    )
    power = {"type": "PowerShell", "inline": ["Get-Date"]}
    windows = parse(with_properties({"validate": {"inVMValidations": [power]}}))
    assert windows.validation == Validation((PowerShellCustomizer("", inline=("Get-Date",)),))


@pytest.mark.parametrize(
    ("members", "place", "code"),
    [
        ({"optimize": {"vmBoot": {"state": "enabled"}}}, "optimize.vmBoot.state", ""),
        ({"optimize": {"workload": {"scriptUri": "x"}}}, "optimize.workload.scriptUri", ""),
        ({"optimize": {"workload": {"sha256Checksum": "x"}}}, "optimize.workload.sha256Checksum", ""),
        ({"optimize": {"vmboot": {}}}, "optimize.vmboot", ""),
        (
            {"validate": {"inVMValidations": [{"type": "Python"}]}},
            "validate.inVMValidations[0].type",
            "BadValidatorType",
        ),
        (
            {"validate": {"inVMValidations": [{"type": "WindowsRestart"}]}},
            "validate.inVMValidations[0].type",
            "BadValidatorType",
        ),
        ({"validate": {"inVMValidations": [{}]}}, "validate.inVMValidations[0].type", "BadValidatorType"),
        (
            {"validate": {"inVMValidations": [{"type": "Shell"}]}},
            "validate.inVMValidations[0]",
            "NoValidatorScript",
        ),
        (
            {
                "validate": {
                    "inVMValidations": [
                        {"type": "Shell", "inline": ["x"]},
                        {"type": "PowerShell", "inline": ["x"]},
                    ]
                }
            },
            "validate.inVMValidations[1].type",
            "UnsupportedValidatorType",
        ),
        ({"validate": {"continueDistributeOnFailure": 0}}, "validate.continueDistributeOnFailure", ""),
        ({"errorHandling": []}, "errorHandling", ""),
        ({"errorHandling": {"onCustomizerError": "retry"}}, "errorHandling.onCustomizerError", ""),
        ({"autoRun": "Enabled"}, "autoRun", ""),
        ({"additionalDataDisks": [{}]}, "additionalDataDisks[0].sizeGB", ""),
        ({"additionalDataDisks": [{"sizeGB": 0}]}, "additionalDataDisks[0].sizeGB", ""),
        ({"additionalDataDisks": [{"sizeGB": 32768}]}, "additionalDataDisks[0].sizeGB", ""),
        ({"additionalDataDisks": [{"sizeGB": 1}] * 65}, "additionalDataDisks", ""),
    ],
)
def test_faults_are_placed_and_coded(members: dict[str, object], place: str, code: str) -> None:
    [(path, found_code, _)] = faults(with_properties(members))
    assert (path, found_code) == (f"properties.{place}", code or "ValidationFailed")
