"""What a template is read as, and where its faults are."""

import pytest

from shared.domain.problems import InvalidTemplateError
from shared.domain.template import ImageTemplate, PlatformImageSource, VhdDistributor, VmProfile
from shared.template import parse_template
from tests.unit.template.samples import (
    GROUP,
    IDENTITY,
    NETWORK,
    SUBSCRIPTION,
    faults,
    minimal,
    parse,
    places,
    with_properties,
)


def test_the_least_template_gets_every_default() -> None:
    assert parse(minimal()) == ImageTemplate(
        subscription_id=SUBSCRIPTION,
        resource_group="templates",
        name="web",
        location="westeurope",
        source=PlatformImageSource("Debian", "debian-12", "12-gen2", "latest"),
        distribute=(VhdDistributor("vhd"),),
    )


def test_every_property_of_the_build_vm_is_read() -> None:
    profile = {
        "vmSize": "Standard_D4s_v5",
        "osDiskSizeGB": 64,
        "userAssignedIdentities": [IDENTITY],
        "vnetConfig": {
            "subnetId": f"{NETWORK}/subnets/build",
            "containerInstanceSubnetId": f"{NETWORK}/subnets/aci",
        },
    }
    template = parse(with_properties({"vmProfile": profile}))
    assert template.vm_profile == VmProfile(
        "Standard_D4s_v5", 64, (IDENTITY,), f"{NETWORK}/subnets/build", f"{NETWORK}/subnets/aci"
    )


def test_what_stands_around_the_properties_is_read() -> None:
    document = with_properties(
        {
            "stagingResourceGroup": f"{GROUP}/staging",
            "managedResourceTags": {"cost": "42"},
            "buildTimeoutInMinutes": 60,
        }
    )
    document |= {
        "location": "North Europe",
        "tags": {"team": "web"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
    }
    template = parse(document)
    assert (template.location, template.tags, template.identity_id) == (
        "northeurope",
        {"team": "web"},
        IDENTITY,
    )
    assert (template.staging_resource_group, template.managed_resource_tags) == ("staging", {"cost": "42"})
    assert template.build_timeout_minutes == 60


def test_what_arm_puts_around_a_resource_is_accepted() -> None:
    document = minimal() | {
        "id": "anything",
        "name": "WEB",
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2022-07-01",
        "systemData": {"createdBy": "me"},
        "dependsOn": [],
    }
    properties = document["properties"]
    assert isinstance(properties, dict)
    properties |= {
        "provisioningState": "Succeeded",
        "provisioningError": None,
        "lastRunStatus": {"runState": "Succeeded"},
        "exactStagingResourceGroup": "x",
    }
    properties["source"]["exactVersion"] = "1.2.3"
    assert parse(document) == parse(minimal())


def test_null_is_absent() -> None:
    nothing = dict.fromkeys(("customize", "optimize", "validate", "vmProfile", "autoRun", "errorHandling"))
    assert parse(with_properties(nothing) | {"tags": None, "identity": None}) == parse(minimal())


@pytest.mark.parametrize("minutes", [0, None])
def test_no_timeout_is_four_hours(minutes: int | None) -> None:
    assert parse(with_properties({"buildTimeoutInMinutes": minutes})).build_timeout_minutes == 240


def test_all_problems_come_at_once_in_the_documents_order() -> None:
    document = with_properties(
        {
            "customize": [{"type": "Shell"}, {"type": "Shell", "inline": ["true"], "scripturi": ""}],
            "distribute": [{"type": "VHD"}],
            "buildTimeoutInMinutes": 961,
            "surprise": {},
        }
    )
    document = {"tags": {"a": 1}, "properties": document["properties"]}
    assert faults(document) == [
        ("location", "ValidationFailed", "is required"),
        ("tags.a", "ValidationFailed", "must be a string, not a number"),
        (
            "properties.distribute[0].runOutputName",
            "ValidationFailed",
            "is required",
        ),
        (
            "properties.customize[0]",
            "NoCustomizerScript",
            "must have scriptUri or inline: there is no script to run",
        ),
        (
            "properties.customize[1].scripturi",
            "ValidationFailed",
            'is not the right case; did you mean "scriptUri"?',
        ),
        (
            "properties.buildTimeoutInMinutes",
            "ValidationFailed",
            "must be between 0 and 960, not 961",
        ),
        ("properties.surprise", "ValidationFailed", "is an unknown field"),
    ]


@pytest.mark.parametrize("document", [None, True, 5, 5.5, "text", [], [{}], [[[]]]])
def test_what_is_no_object_is_no_template(document: object) -> None:
    assert places(document) == [""]


def test_a_template_of_nothing_lacks_its_parts() -> None:
    assert places({}) == ["location", "properties"]
    assert places({"location": "westeurope", "properties": {}}) == [
        "properties.source",
        "properties.distribute",
    ]


def test_wrong_case_is_read_on_behind() -> None:
    document = minimal()
    properties = document.pop("properties")
    assert isinstance(properties, dict)
    properties["Source"] = properties.pop("source") | {"version": "no"}
    assert places(document | {"Properties": properties}) == [
        "Properties",
        "Properties.Source",
        "Properties.Source.version",
    ]


@pytest.mark.parametrize(
    ("subscription", "group", "name", "path"),
    [
        ("", "g", "t", "subscriptionId"),
        ("a/b", "g", "t", "subscriptionId"),
        (SUBSCRIPTION, "ends.", "t", "resourceGroupName"),
        (SUBSCRIPTION, "g" * 91, "t", "resourceGroupName"),
        (SUBSCRIPTION, "g", "", "imageTemplateName"),
        (SUBSCRIPTION, "g", "a b", "imageTemplateName"),
        (SUBSCRIPTION, "g", "x" * 65, "imageTemplateName"),
    ],
)
def test_the_templates_address_has_rules(subscription: str, group: str, name: str, path: str) -> None:
    with pytest.raises(InvalidTemplateError) as caught:
        parse_template(minimal(), subscription_id=subscription, resource_group=group, name=name)
    assert [problem.path for problem in caught.value.problems] == [path]
