"""azure-mgmt-imagebuilder as Microsoft ships it: every operation, the waiting client and the awaiting one."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.imagebuilder import ImageBuilderClient

from tests.conformance.cloud.contracts import find_validator
from tests.conformance.image_builder.harness import Kiln
from tests.e2e.stack import shell

GROUPS = ("virtual_machine_image_templates", "triggers", "operations")


class Called:
    """Passes calls on to a group of operations and remembers their names."""

    def __init__(self, client: object, group: str, seen: set[str]) -> None:
        self._target, self._group, self._seen = getattr(client, group), group, seen

    def __getattr__(self, name: str) -> Any:
        self._seen.add(f"{self._group}.{name}")
        return getattr(self._target, name)


def all_operations(client: ImageBuilderClient) -> set[str]:
    return {
        f"{group}.{name}"
        for group in GROUPS
        for name, member in inspect.getmembers(getattr(client, group), callable)
        if not name.startswith("_")
    }


def shown(template: Any) -> dict[str, Any]:
    return dict(template.as_dict()["properties"])


def test_every_operation_of_the_waiting_client(kiln: Kiln, group: str) -> None:
    seen: set[str] = set()
    with kiln.client() as client:
        templates = Called(client, "virtual_machine_image_templates", seen)
        triggers = Called(client, "triggers", seen)
        operations = Called(client, "operations", seen)
        names = {operation.name for operation in operations.list()}
        assert "Microsoft.VirtualMachineImages/imageTemplates/run/action" in names

        body = kiln.template(group, customize=[shell("greet", "echo hello")])
        made = templates.begin_create_or_update(group, "web", body).result()
        assert (made.name, made.properties.provisioning_state) == ("web", "Succeeded")
        assert shown(templates.get(group, "web"))["customize"] == body["properties"]["customize"]
        assert [t.name for t in templates.list_by_resource_group(group)] == ["web"]
        assert made.id in {t.id for t in templates.list()}
        changed = templates.begin_update(group, "web", {"tags": {"team": "images"}}).result()
        assert changed.tags == {"team": "images"}

        trigger = {"properties": {"kind": "SourceImage"}}
        created = triggers.begin_create_or_update(group, "web", "base", trigger).result()
        assert (created.properties.kind, created.properties.status.code) == ("SourceImage", "Healthy")
        assert triggers.get(group, "web", "base").properties.provisioning_state == "Succeeded"
        assert [t.name for t in triggers.list_by_image_template(group, "web")] == ["base"]
        triggers.begin_delete(group, "web", "base").result()
        assert list(triggers.list_by_image_template(group, "web")) == []

        templates.begin_run(group, "web").result()
        status = templates.get(group, "web").properties.last_run_status
        assert (status.run_state, status.message) == ("Succeeded", "")
        assert status.start_time < status.end_time
        assert [output.name for output in templates.list_run_outputs(group, "web")] == ["vhd"]
        assert templates.get_run_output(group, "web", "vhd").properties.artifact_uri.endswith("/vhd.vhd")
        templates.begin_cancel(group, "web").result()

        templates.begin_delete(group, "web").result()
        with pytest.raises(ResourceNotFoundError):
            templates.get(group, "web")
        assert seen == all_operations(client)


@pytest.mark.parametrize("name", ["once"])
def test_every_operation_of_the_awaiting_client(kiln: Kiln, group: str, name: str) -> None:
    import asyncio

    seen = asyncio.run(_awaiting(kiln, group))
    with kiln.client() as client:
        assert seen == all_operations(client)


async def _awaiting(kiln: Kiln, group: str) -> set[str]:
    seen: set[str] = set()
    async with kiln.async_client() as client:
        templates = Called(client, "virtual_machine_image_templates", seen)
        triggers = Called(client, "triggers", seen)
        operations = Called(client, "operations", seen)
        assert [operation async for operation in operations.list()]
        body = kiln.template(group, customize=[shell("wait", "sleep 600")])
        made = await (await templates.begin_create_or_update(group, "web", body)).result()
        assert made.properties.provisioning_state == "Succeeded"
        await (await templates.begin_update(group, "web", {"tags": {"team": "images"}})).result()
        assert [t.name async for t in templates.list_by_resource_group(group)] == ["web"]
        assert made.id in {t.id async for t in templates.list()}
        trigger = {"properties": {"kind": "SourceImage"}}
        await (await triggers.begin_create_or_update(group, "web", "base", trigger)).result()
        assert (await triggers.get(group, "web", "base")).name == "base"
        assert [t.name async for t in triggers.list_by_image_template(group, "web")] == ["base"]
        await (await triggers.begin_delete(group, "web", "base")).result()

        run = await templates.begin_run(group, "web")
        with pytest.raises(ResourceExistsError, match="OperationNotAllowed"):
            await templates.begin_run(group, "web")
        await (await templates.begin_cancel(group, "web")).result()
        with pytest.raises(HttpResponseError, match="cancel"):
            await run.result()
        assert (await templates.get(group, "web")).properties.last_run_status.run_state == "Canceled"
        assert [output async for output in templates.list_run_outputs(group, "web")] == []
        with pytest.raises(ResourceNotFoundError):
            await templates.get_run_output(group, "web", "vhd")
        await (await templates.begin_delete(group, "web")).result()
    return seen


def test_answers_are_as_microsofts_types_say(kiln: Kiln, group: str) -> None:
    """A built template, its outputs and a trigger against the published resource types."""
    path = f"{group}/typed"
    kiln.create(path, kiln.template(group, customize=[shell("greet", "echo hello")]))
    kiln.arm("PUT", f"{path}/triggers/base", {"properties": {"kind": "SourceImage"}})
    assert kiln.follow(kiln.arm("POST", f"{path}/run"))["status"] == "Succeeded"
    bodies = {
        "Microsoft.VirtualMachineImages/imageTemplates": kiln.arm("GET", path).json(),
        "Microsoft.VirtualMachineImages/imageTemplates/triggers": kiln.arm(
            "GET", f"{path}/triggers/base"
        ).json(),
    }
    for type_name, body in bodies.items():
        validator = find_validator(type_name, "2025-10-01", "response")
        if validator is None:
            pytest.skip("Microsoft's resource types are not at hand")
        body.pop("systemData", None)  # ARM's own, which the types leave out
        assert [error.message for error in validator.iter_errors(body)] == []


def test_lists_come_in_pages(kiln: Kiln, group: str) -> None:
    names = [f"t{number}" for number in range(5)]
    for name in names:
        assert kiln.arm("PUT", f"{group}/{name}", kiln.template(group)).status_code == 201
    with kiln.client() as client:
        found = client.virtual_machine_image_templates.list_by_resource_group(group, params={"$top": "2"})
        pages = [[template.name for template in page] for page in found.by_page()]
    assert pages == [names[:2], names[2:4], names[4:]]
