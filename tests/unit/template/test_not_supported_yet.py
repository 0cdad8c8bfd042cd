"""Defaults of what Kiln does not have yet pass; anything else is refused and named, never ignored."""

import pytest

from tests.unit.template.samples import faults, minimal, parse, with_properties

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


@pytest.mark.parametrize(
    ("members", "place", "code", "named"),
    [
        ({"optimize": {"vmBoot": {"state": "Enabled"}}}, "optimize.vmBoot.state", "", "optimize.vmBoot"),
        (
            {"optimize": {"workload": {"state": "Enabled"}}},
            "optimize.workload.state",
            "",
            "optimize.workload",
        ),
        (
            {"validate": {"continueDistributeOnFailure": True}},
            "validate.continueDistributeOnFailure",
            "",
            "continueDistributeOnFailure",
        ),
        (
            {"validate": {"sourceValidationOnly": True}},
            "validate.sourceValidationOnly",
            "",
            "sourceValidation",
        ),
        (
            {"validate": {"inVMValidations": [{"type": "Shell", "inline": ["true"]}]}},
            "validate.inVMValidations[0].type",
            "UnsupportedValidatorType",
            "validate.inVMValidations (Shell)",
        ),
        (
            {"errorHandling": {"onCustomizerError": "abort"}},
            "errorHandling.onCustomizerError",
            "",
            "errorHandling.onCustomizerError",
        ),
        (
            {"errorHandling": {"onValidationError": "abort"}},
            "errorHandling.onValidationError",
            "",
            "errorHandling.onValidationError",
        ),
        ({"additionalDataDisks": [{"sizeGB": 5}]}, "additionalDataDisks[0]", "", "additionalDataDisks"),
        ({"autoRun": {"state": "Enabled"}}, "autoRun.state", "", "autoRun"),
        (
            {"customize": [{"type": "PowerShell", "inline": ["x"]}]},
            "customize[0].type",
            "UnsupportedCustomizerType",
            "PowerShell",
        ),
        (
            {"customize": [{"type": "WindowsRestart"}]},
            "customize[0].type",
            "UnsupportedCustomizerType",
            "WindowsRestart",
        ),
        (
            {"customize": [{"type": "WindowsUpdate"}]},
            "customize[0].type",
            "UnsupportedCustomizerType",
            "WindowsUpdate",
        ),
        (
            {"source": {"type": "ManagedImage", "imageId": "x"}},
            "source.type",
            "BadSourceType",
            "ManagedImage",
        ),
        (
            {"distribute": [{"type": "ManagedImage", "runOutputName": "m", "imageId": "x", "location": "y"}]},
            "distribute[0].type",
            "BadDistributeType",
            "ManagedImage",
        ),
    ],
)
def test_it_is_refused_by_name(members: dict[str, object], place: str, code: str, named: str) -> None:
    [(path, found_code, message)] = faults(with_properties(members))
    assert (path, found_code) == (f"properties.{place}", code or "ValidationFailed")
    assert "not supported by Kiln yet" in message
    assert named in message


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"optimize": {"vmBoot": {"state": "enabled"}}}, "optimize.vmBoot.state"),
        ({"optimize": {"workload": {"scriptUri": "x"}}}, "optimize.workload.scriptUri"),
        ({"optimize": {"workload": {"sha256Checksum": "x"}}}, "optimize.workload.sha256Checksum"),
        ({"optimize": {"vmboot": {}}}, "optimize.vmboot"),
        ({"validate": {"inVMValidations": [{"type": "Python"}]}}, "validate.inVMValidations[0].type"),
        ({"validate": {"inVMValidations": [{}]}}, "validate.inVMValidations[0].type"),
        ({"validate": {"continueDistributeOnFailure": 0}}, "validate.continueDistributeOnFailure"),
        ({"errorHandling": []}, "errorHandling"),
        ({"errorHandling": {"onCustomizerError": "retry"}}, "errorHandling.onCustomizerError"),
        ({"autoRun": "Enabled"}, "autoRun"),
    ],
)
def test_what_is_wrong_at_aib_too_is_just_wrong(members: dict[str, object], place: str) -> None:
    [(path, _, message)] = faults(with_properties(members))
    assert path == f"properties.{place}"
    assert "not supported" not in message
