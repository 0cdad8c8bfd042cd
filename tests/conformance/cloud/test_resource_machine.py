"""Any order of PUT, GET, DELETE and list on a few types agrees with a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.conformance.cloud.harness import Clients, LocalCloud

TYPES: dict[str, dict[str, Any]] = {
    "Microsoft.Network/networkSecurityGroups": {},
    "Microsoft.ManagedIdentity/userAssignedIdentities": {},
    "Microsoft.Compute/galleries": {},
    "Microsoft.Compute/disks": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1},
}
KINDS = st.sampled_from(sorted(TYPES))
NAMES = st.sampled_from(["one", "TWO"])
TAGS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2)


class Resources(RuleBasedStateMachine):
    """The model: tags by (type, lower-case name)."""

    clients: Clients
    runs = 0

    @initialize()
    def make_group(self) -> None:
        type(self).runs += 1
        self.group = f"rg-{self.runs}"
        self.model: dict[tuple[str, str], dict[str, str]] = {}
        self.clients.resources.resource_groups.create_or_update(self.group, {"location": "westeurope"})

    def _path(self, kind: str, name: str) -> str:
        return f"/resourceGroups/{self.group}/providers/{kind}/{name}"

    @rule(kind=KINDS, name=NAMES, tags=TAGS)
    def put(self, kind: str, name: str, tags: dict[str, str]) -> None:
        body = {"location": "West Europe", "tags": tags, "properties": TYPES[kind]}
        answer = self.clients.arm("PUT", self._path(kind, name), body)
        created = (kind, name.lower()) not in self.model
        assert answer.status_code in ({201, 202} if created else {200, 202}), answer.text
        self._settle(kind, name)
        self.model[kind, name.lower()] = tags

    def _settle(self, kind: str, name: str) -> None:
        """Operations of this cloud take no time, but begin only after their answer."""
        while self._read(kind, name).json()["properties"]["provisioningState"] != "Succeeded":
            pass

    def _read(self, kind: str, name: str) -> Any:
        return self.clients.arm("GET", self._path(kind, name))

    @rule(kind=KINDS, name=NAMES)
    def get(self, kind: str, name: str) -> None:
        answer = self._read(kind, name.swapcase())
        if (kind, name.lower()) not in self.model:
            assert answer.status_code == 404
            return
        assert answer.json()["location"] == "westeurope"
        assert answer.json()["tags"] == self.model[kind, name.lower()]
        assert answer.json()["type"] == kind

    @rule(kind=KINDS, name=NAMES)
    def delete(self, kind: str, name: str) -> None:
        known = self.model.pop((kind, name.lower()), None) is not None
        assert self.clients.arm("DELETE", self._path(kind, name)).status_code in (
            {200, 202} if known else {204}
        )
        while self._read(kind, name).status_code != 404:
            pass

    @invariant()
    def lists_agree(self) -> None:
        rows = self.clients.arm("GET", f"/resourceGroups/{self.group}/resources").json()["value"]
        assert {(row["type"], row["name"].lower()) for row in rows} == set(self.model)

    def teardown(self) -> None:
        self.clients.arm("DELETE", f"/resourceGroups/{self.group}")


def test_any_order_of_requests(cloud: LocalCloud, clients: Clients) -> None:
    del cloud
    machine: Callable[[], Resources] = type("Machine", (Resources,), {"clients": clients})
    limits = settings(
        max_examples=6, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=limits)  # type: ignore[no-untyped-call]
