"""Every model of azure-mgmt-imagebuilder through PUT and GET: what was sent comes back, whatever it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.mgmt.imagebuilder import models

from tests.conformance.image_builder.harness import SOURCE, Kiln

SHA = "0123456789abcdef" * 4
SCRIPT = "https://example.org/script.sh"
# Bases that are sent as one of their kinds, what the service alone writes, and what other tests look at.
NOT_SENT = {
    "DistributeVersioner",
    "ErrorAdditionalInfo",
    "ErrorDetail",
    "ErrorResponse",
    "ImageTemplateCustomizer",
    "ImageTemplateDistributor",
    "ImageTemplateInVMValidator",
    "ImageTemplateLastRunStatus",
    "ImageTemplateSource",
    "ImageTemplateUpdateParameters",
    "ImageTemplateUpdateParametersProperties",
    "Operation",
    "OperationDisplay",
    "ProvisioningError",
    "ProxyResource",
    "Resource",
    "RunOutput",
    "RunOutputProperties",
    "SourceImageTriggerProperties",
    "SystemData",
    "TrackedResource",
    "Trigger",
    "TriggerProperties",
    "TriggerStatus",
}


MARKETPLACE = models.ImageTemplatePlatformImageSource(
    publisher="p",
    offer="o",
    sku="s",
    version="1.2.3",
    plan_info=models.PlatformImagePurchasePlan(plan_name="n", plan_product="p", plan_publisher="q"),
)
LINUX_CUSTOMIZERS = [
    models.ImageTemplateShellCustomizer(name="inline", inline=["true", "echo 'ü'"]),
    models.ImageTemplateShellCustomizer(name="file", script_uri=SCRIPT, sha256_checksum=SHA),
    models.ImageTemplateFileCustomizer(
        name="copy", source_uri=SCRIPT, destination="/tmp/x", sha256_checksum=SHA
    ),
]
OPTIMIZE = models.ImageTemplatePropertiesOptimize(
    vm_boot=models.ImageTemplatePropertiesOptimizeVmBoot(state="Enabled"),
    workload=models.ImageTemplatePropertiesOptimizeWorkload(
        state="Enabled", script_uri=SCRIPT, sha256_checksum=SHA
    ),
)
LINUX_VALIDATION = models.ImageTemplatePropertiesValidate(
    continue_distribute_on_failure=True,
    source_validation_only=False,
    in_vm_validations=[
        models.ImageTemplateShellValidator(name="check", inline=["true"]),
        models.ImageTemplateFileValidator(name="probe", source_uri=SCRIPT, destination="/tmp/probe"),
    ],
)


def linux(kiln: Kiln, group: str) -> models.ImageTemplate:
    network = f"{providers(kiln, group)}/Microsoft.Network/virtualNetworks/v/subnets"
    [identity] = kiln.identity(group)["userAssignedIdentities"]
    return models.ImageTemplate(
        location="westeurope",
        tags={"team": "images"},
        identity=models.ImageTemplateIdentity(
            type="UserAssigned", user_assigned_identities={identity: models.UserAssignedIdentity()}
        ),
        properties=models.ImageTemplateProperties(
            source=MARKETPLACE,
            customize=LINUX_CUSTOMIZERS,
            optimize=OPTIMIZE,
            validate=LINUX_VALIDATION,
            distribute=distributors(kiln, group),
            error_handling=models.ImageTemplatePropertiesErrorHandling(
                on_customizer_error="abort", on_validation_error="cleanup"
            ),
            build_timeout_in_minutes=60,
            vm_profile=models.ImageTemplateVmProfile(
                vm_size="Standard_D2s_v5",
                os_disk_size_gb=64,
                user_assigned_identities=[identity],
                vnet_config=models.VirtualNetworkConfig(
                    subnet_id=f"{network}/build", container_instance_subnet_id=f"{network}/containers"
                ),
            ),
            staging_resource_group=f"/subscriptions/{kiln.subscription}/resourceGroups/staging",
            auto_run=models.ImageTemplateAutoRun(state="Disabled"),
            managed_resource_tags={"cost": "images"},
            additional_data_disks=[models.DataDisk(size_gb=10)],
        ),
    )


def providers(kiln: Kiln, group: str) -> str:
    return f"/subscriptions/{kiln.subscription}/resourceGroups/{group}/providers"


def distributors(kiln: Kiln, group: str) -> list[models.ImageTemplateDistributor]:
    """One of each kind, and of each way to number versions."""
    compute = f"{providers(kiln, group)}/Microsoft.Compute"
    definition = f"{compute}/galleries/g/images/i"
    return [
        models.ImageTemplateSharedImageDistributor(
            run_output_name="latest",
            gallery_image_id=definition,
            artifact_tags={"a": "b"},
            exclude_from_latest=True,
            target_regions=[
                models.TargetRegion(name="westeurope", replica_count=2, storage_account_type="Premium_LRS")
            ],
            versioning=models.DistributeVersionerLatest(major=3),
        ),
        models.ImageTemplateSharedImageDistributor(
            run_output_name="source",
            gallery_image_id=definition,
            target_regions=[models.TargetRegion(name="West Europe")],
            versioning=models.DistributeVersionerSource(),
        ),
        models.ImageTemplateManagedImageDistributor(
            run_output_name="managed", image_id=f"{compute}/images/m", location="westeurope"
        ),
        models.ImageTemplateVhdDistributor(run_output_name="vhd"),
    ]


def windows(kiln: Kiln, group: str, source: models.ImageTemplateSource) -> models.ImageTemplate:
    [identity] = kiln.identity(group)["userAssignedIdentities"]
    power_shell: dict[str, Any] = {
        "inline": ["exit 0"],
        "run_elevated": True,
        "run_as_system": True,
        "valid_exit_codes": [0, 3010],
    }
    return models.ImageTemplate(
        location="westeurope",
        identity=models.ImageTemplateIdentity(type="UserAssigned", user_assigned_identities={identity: {}}),
        properties=models.ImageTemplateProperties(
            source=source,
            customize=[
                models.ImageTemplatePowerShellCustomizer(name="script", **power_shell),
                models.ImageTemplateRestartCustomizer(
                    name="restart",
                    restart_command="shutdown /r /f /t 0",
                    restart_check_command="echo back",
                    restart_timeout="10m",
                ),
                models.ImageTemplateWindowsUpdateCustomizer(
                    name="updates",
                    search_criteria="IsInstalled=0",
                    filters=["exclude:$_.Title -like '*Preview*'", "include:$true"],
                    update_limit=20,
                ),
            ],
            validate=models.ImageTemplatePropertiesValidate(
                in_vm_validations=[models.ImageTemplatePowerShellValidator(name="check", **power_shell)]
            ),
            distribute=[models.ImageTemplateVhdDistributor(run_output_name="vhd")],
        ),
    )


def samples(kiln: Kiln, group: str) -> dict[str, models.ImageTemplate]:
    compute = f"{providers(kiln, group)}/Microsoft.Compute"
    managed = models.ImageTemplateManagedImageSource(image_id=f"{compute}/images/base")
    gallery = models.ImageTemplateSharedImageVersionSource(
        image_version_id=f"{compute}/galleries/g/images/base/versions/latest"
    )
    return {
        "linux": linux(kiln, group),
        "managed": windows(kiln, group, managed),
        "gallery": windows(kiln, group, gallery),
    }


@pytest.mark.parametrize("name", ["linux", "managed", "gallery"])
def test_what_was_sent_comes_back(kiln: Kiln, group: str, name: str) -> None:
    """Their sources and targets do not exist, so the templates fail; their documents are kept."""
    sent = samples(kiln, group)[name]
    with kiln.client() as client:
        templates = client.virtual_machine_image_templates
        templates.begin_create_or_update(group, name, sent, polling=False)
        found = templates.get(group, name).as_dict()
    properties = found["properties"]
    assert properties.pop("provisioningState") in ("Creating", "Failed")
    properties.pop("provisioningError", None)
    properties.pop("exactStagingResourceGroup", None)
    wanted = sent.as_dict()
    assert {key: found[key] for key in wanted} == wanted


def test_a_document_that_was_read_may_be_sent_again(kiln: Kiln, group: str) -> None:
    """Read-only fields do no harm, as with every ARM resource."""
    first = kiln.create(f"{group}/first", kiln.template(group))
    again = {key: value for key, value in first.items() if key not in ("id", "name", "systemData")}
    second = kiln.create(f"{group}/second", again)
    assert second["properties"]["source"] == SOURCE
    assert second["properties"] == first["properties"]


def test_no_model_is_forgotten(kiln: Kiln, group: str) -> None:
    sent = {kind for sample in samples(kiln, group).values() for kind in _kinds(sample)}
    every = {
        name for name in dir(models) if hasattr(getattr(models, name), "_deserialize") and name[0] != "_"
    }
    assert every - NOT_SENT == sent


def _kinds(value: object) -> Iterator[str]:
    if isinstance(value, dict) or hasattr(value, "as_dict"):
        if hasattr(value, "as_dict"):
            yield type(value).__name__
        for attribute in getattr(value, "_attr_to_rest_field", {}):
            yield from _kinds(getattr(value, attribute))
        if isinstance(value, dict):
            for inner in value.values():
                yield from _kinds(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _kinds(inner)
