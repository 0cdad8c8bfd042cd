"""Lists of resources come in pages that the real client follows."""

from __future__ import annotations

from tests.conformance.cloud.harness import Clients, make_network


def test_pages_hold_everything_once_and_in_order(clients: Clients, group: str) -> None:
    make_network(clients, group)
    whole = [found.id for found in clients.resources.resources.list_by_resource_group(group)]
    assert len(whole) > 2
    for size in (1, 2, len(whole)):
        paged = clients.resources.resources.list_by_resource_group(group, top=size)
        assert [found.id for found in paged] == whole


def test_a_filter_holds_on_every_page(clients: Clients, group: str) -> None:
    make_network(clients, group)
    wanted = "resourceType eq 'Microsoft.Network/networkInterfaces'"
    found = list(clients.resources.resources.list_by_resource_group(group, filter=wanted, top=1))
    assert {item.type for item in found} == {"Microsoft.Network/networkInterfaces"}
