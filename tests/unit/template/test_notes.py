"""What the owner of a right template is told."""

from shared.template.notes import notes_of
from tests.unit.template.samples import IDENTITY, NETWORK, minimal, parse, with_properties


def noted(members: dict[str, object]) -> list[str]:
    return [note.path for note in notes_of(parse(with_properties(members)))]


def test_a_template_without_surprises_has_no_notes() -> None:
    assert notes_of(parse(minimal())) == ()


def test_what_has_no_effect_is_noted_where_it_stands() -> None:
    subnets = {"subnetId": f"{NETWORK}/subnets/a", "containerInstanceSubnetId": f"{NETWORK}/subnets/b"}
    assert noted({"optimize": {"vmBoot": {"state": "Enabled"}}}) == ["properties.optimize.vmBoot.state"]
    assert noted({"optimize": {"workload": {"state": "Enabled"}}}) == ["properties.optimize.workload"]
    assert noted({"vmProfile": {"vnetConfig": subnets}}) == [
        "properties.vmProfile.vnetConfig.containerInstanceSubnetId"
    ]
    assert noted({"vmProfile": {"vnetConfig": {"proxyVmSize": "Standard_A1_v2"}}}) == [
        "properties.vmProfile.vnetConfig.proxyVmSize"
    ]
    restart = {"type": "WindowsRestart", "restartCommand": "shutdown /r /t 0"}
    assert noted({"customize": [restart]}) == ["properties.customize[0].restartCommand"]


def test_scripts_that_run_as_another_user_than_at_aib_are_noted() -> None:
    script = {"type": "PowerShell", "inline": ["x"]}
    assert noted({"customize": [script, script | {"runElevated": True, "runAsSystem": True}]}) == [
        "properties.customize[0].runAsSystem"
    ]
    assert noted({"validate": {"inVMValidations": [script]}}) == [
        "properties.validate.inVMValidations[0].runAsSystem"
    ]


def test_the_identity_is_noted() -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    assert [note.path for note in notes_of(parse(minimal() | {"identity": identity}))] == ["identity"]
