"""Deployments of ARM templates, by the real SDK: resources, references, outputs, failures, restarts."""

from __future__ import annotations

import json

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deployments.models import Deployment

from cli.local.home import CHECKOUT
from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.harness import Clients

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
GALLERY = {
    "type": "Microsoft.Compute/galleries",
    "apiVersion": "2026-03-03",
    "name": "[parameters('gallery')]",
    "location": "[resourceGroup().location]",
    "tags": {"secret-length": "[string(length(parameters('key')))]"},
    "properties": {},
}
DEFINITION = {
    "type": "Microsoft.Compute/galleries/images",
    "apiVersion": "2026-03-03",
    "name": "[concat(parameters('gallery'), '/web')]",
    "location": "[resourceGroup().location]",
    "dependsOn": ["[resourceId('Microsoft.Compute/galleries', parameters('gallery'))]"],
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {
            "publisher": "p",
            "offer": "[reference(parameters('gallery')).identifier.uniqueName]",
            "sku": "s",
        },
    },
}
TEMPLATE = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "parameters": {"gallery": {"type": "string"}, "key": {"type": "securestring", "defaultValue": "0123"}},
    "resources": [DEFINITION, GALLERY],
    "outputs": {
        "offer": {
            "type": "string",
            "value": "[reference(concat(parameters('gallery'), '/web')).identifier.offer]",
        }
    },
}


def deployment(template: dict[str, object], **parameters: object) -> Deployment:
    values = {name: {"value": value} for name, value in parameters.items()}
    return Deployment({"properties": {"mode": "Incremental", "template": template, "parameters": values}})


@pytest.fixture
def deployments(clients: Clients, group: str) -> DeploymentsMgmtClient:
    clients.resources.resource_groups.create_or_update(group, {"location": "westeurope"})
    return clients.deployments


def test_a_deployment_makes_its_resources_in_order_and_keeps_no_secret(
    deployments: DeploymentsMgmtClient, clients: Clients, group: str
) -> None:
    body = deployment(TEMPLATE, gallery="g1", key="hidden-value")
    done = deployments.deployments.begin_create_or_update(group, "first", body).result()
    assert done.properties.provisioning_state == "Succeeded"
    assert done.properties.outputs["offer"]["value"].endswith("-G1")
    assert [each.id.rpartition("/")[2] for each in done.properties.output_resources] == ["g1", "web"]
    gallery = clients.compute.galleries.get(group, "g1")
    assert gallery.tags == {"secret-length": "12"}
    shown = deployments.deployments.get(group, "first")
    assert "hidden-value" not in json.dumps(shown.as_dict())
    assert shown.properties.parameters["gallery"] == {"type": "string", "value": "g1"}
    steps = list(deployments.deployment_operations.list(group, "first"))
    assert [step.properties.provisioning_state for step in steps] == ["Succeeded", "Succeeded"]
    deployments.deployments.begin_delete(group, "first").result()
    assert clients.compute.galleries.get(group, "g1").name == "g1"


def test_a_faulty_template_is_refused_with_every_fault_before_anything_is_made(
    deployments: DeploymentsMgmtClient, clients: Clients, group: str
) -> None:
    faulty = {**TEMPLATE, "variables": {"x": "[nothing()]"}, "outputs": {}}
    faulty["resources"] = [{**GALLERY, "name": "[variables('x')]"}]
    for call in (deployments.deployments.begin_create_or_update, deployments.deployments.begin_validate):
        with pytest.raises(HttpResponseError) as caught:
            call(group, "faulty", deployment(faulty)).result()
        assert caught.value.error is not None
        assert caught.value.error.code == "InvalidTemplate"
        assert {detail.target for detail in caught.value.error.details} == {
            "parameters.gallery",
            "variables.x",
        }
    assert list(clients.compute.galleries.list_by_resource_group(group)) == []


def test_validate_says_what_would_be_made(deployments: DeploymentsMgmtClient, group: str) -> None:
    answer = deployments.deployments.begin_validate(group, "dry", deployment(TEMPLATE, gallery="g2")).result()
    assert answer.properties is not None
    assert answer.properties.provisioning_state == "Succeeded"


def test_a_resource_that_is_refused_fails_the_deployment_with_its_cause(
    deployments: DeploymentsMgmtClient, group: str
) -> None:
    broken = {**TEMPLATE, "resources": [{**GALLERY, "location": "atlantis"}], "outputs": {}}
    with pytest.raises(HttpResponseError) as caught:
        deployments.deployments.begin_create_or_update(
            group, "bad", deployment(broken, gallery="g3")
        ).result()
    assert "DeploymentFailed" in str(caught.value)
    assert "LocationNotAvailableForResourceType" in str(caught.value)
    assert deployments.deployments.get(group, "bad").properties.provisioning_state == "Failed"


def test_a_deployment_goes_on_after_a_restart(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none", "--operation-seconds", "1")
    clients = connect(cloud)
    clients.resources.resource_groups.create_or_update("g", {"location": "westeurope"})
    deployments = clients.deployments
    deployments.deployments.begin_create_or_update(
        "g", "d", deployment(TEMPLATE, gallery="g4"), polling=False
    )
    cloud.kill()
    cloud.start()
    again = connect(cloud)
    poller = again.deployments.deployments.begin_create_or_update(
        "g", "d", deployment(TEMPLATE, gallery="g4")
    )
    assert poller.result().properties.provisioning_state == "Succeeded"
    assert again.compute.gallery_images.get("g", "g4", "web").name == "web"


def test_the_example_names_resources_as_azure_does() -> None:
    text = (CHECKOUT / "examples" / "deployment.json").read_text()
    assert json.loads(text)["$schema"] == SCHEMA
