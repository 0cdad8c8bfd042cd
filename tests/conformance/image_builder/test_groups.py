"""Image templates as resources of their group: listed with the others, and deleted with it."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError

from cli.local import processes
from tests.conformance.image_builder.harness import Kiln
from tests.e2e.stack import shell

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"


def listed(kiln: Kiln, group: str, wanted: str = "") -> list[tuple[str, str]]:
    """Names and types, as `az resource list -g` has them."""
    with kiln.resources() as client:
        found = client.resources.list_by_resource_group(group, filter=wanted or None)
        return [(str(item.name), str(item.type)) for item in found]


def at_the_app(kiln: Kiln, group: str, name: str) -> int:
    """The status of a GET that no Resource Manager stands before."""
    url = f"/subscriptions/{kiln.subscription}/resourceGroups/{group}/providers/{TYPE}/{name}"
    return kiln.stack.call("GET", url, params={"api-version": "2025-10-01"}).status_code


def test_templates_are_among_the_resources_of_their_group(kiln: Kiln, group: str) -> None:
    kiln.create(f"{group}/web", {**kiln.template(group), "tags": {"team": "a"}})
    kiln.create(f"{group}/db", kiln.template(group))
    trigger = {"properties": {"kind": "SourceImage"}}
    kiln.follow(kiln.arm("PUT", f"{group}/db/triggers/base", trigger))
    assert listed(kiln, group) == [("db", TYPE), ("web", TYPE)]
    assert listed(kiln, group, "tagName eq 'team' and tagValue eq 'a'") == [("web", TYPE)]
    assert listed(kiln, group, f"resourceType eq '{TYPE}' and name eq 'db'") == [("db", TYPE)]
    kiln.arm("PATCH", f"{group}/db", {"tags": {"team": "b"}})
    assert listed(kiln, group, "tagName eq 'team'") == [("db", TYPE), ("web", TYPE)]
    with pytest.raises(HttpResponseError, match="InvalidFilterInQueryString"):
        listed(kiln, group, "startswith(name, 'w')")
    assert kiln.arm("PUT", f"{group}/bad", {"location": "westeurope"}).status_code == 400
    with kiln.client() as client:
        client.virtual_machine_image_templates.begin_delete(group, "web").result()
    until_listed(kiln, group, [("db", TYPE)])


def until_listed(kiln: Kiln, group: str, wanted: list[tuple[str, str]]) -> None:
    """Resource Manager asks the provider how the deletion goes; bounded in looks."""
    for _ in range(500):
        if listed(kiln, group) == wanted:
            return
    assert listed(kiln, group) == wanted


def test_a_group_takes_its_templates_with_it(kiln: Kiln, group: str) -> None:
    kiln.create(f"{group}/web", kiln.template(group))
    kiln.arm("PUT", f"{group}/new", kiln.template(group))  # is still being prepared, perhaps
    with kiln.resources() as client:
        client.resource_groups.begin_delete(group).result()
        assert not client.resource_groups.check_existence(group)
    assert [at_the_app(kiln, group, name) for name in ("web", "new")] == [404, 404]
    kiln.make_group(group)
    assert listed(kiln, group) == []


def test_a_template_whose_run_goes_on_keeps_its_group(kiln: Kiln, group: str) -> None:
    kiln.create(f"{group}/web", kiln.template(group, customize=[shell("wait", "sleep 600")]))
    kiln.arm("POST", f"{group}/web/run")
    with kiln.resources() as client:
        with pytest.raises(HttpResponseError, match="OperationNotAllowed"):
            client.resource_groups.begin_delete(group).result()
        kiln.arm("POST", f"{group}/web/cancel")
        kiln.run_status(f"{group}/web")
        client.resource_groups.begin_delete(group).result()
    assert at_the_app(kiln, group, "web") == 404


def test_a_groups_deletion_outlives_the_provider_and_the_cloud(kiln: Kiln, group: str) -> None:
    """The app is away when the deletion begins, and the cloud dies before the app is back."""
    kiln.create(f"{group}/web", kiln.template(group))
    app = processes.find(kiln.stack.home, "functions")
    assert app
    processes.stop(kiln.stack.home, app)
    with kiln.resources() as client:
        client.resource_groups.begin_delete(group, polling=False)
        assert client.resource_groups.get(group).properties.provisioning_state == "Deleting"
    kiln.stack.kill()
    kiln.stack.start_again()
    with kiln.resources() as client:
        looks = (client.resource_groups.check_existence(group) for _ in range(2000))
        assert not all(looks)
    assert at_the_app(kiln, group, "web") == 404
