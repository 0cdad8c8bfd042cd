"""What the janitor may remove, and what it must never touch."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.domain.janitor import EXPIRES_TAG, GROUP, LAST_RANK, Leftover, Tagged, removal_reason
from shared.domain.run import Output, Progress, Run, RunState

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAST, FUTURE = "2026-11-21T11:00:00+00:00", "2026-11-21T13:00:00+00:00"
RUN = Run("web-20261121T100000-abcdef", "/templates/web", "westeurope", state=RunState.FAILED)
VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"


def thing(expires: str = FUTURE) -> Tagged:
    return Tagged(VM, "Microsoft.Compute/virtualMachines", {"kiln-run": RUN.id, EXPIRES_TAG: expires})


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.CANCELING])
@pytest.mark.parametrize("expires", [PAST, FUTURE])
def test_a_live_runs_things_stay(state: RunState, expires: str) -> None:
    assert removal_reason(thing(expires), replace(RUN, state=state), NOW) == ""


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.SUCCEEDED, RunState.CANCELED])
def test_what_an_ended_run_left_goes(state: RunState) -> None:
    assert state.value in removal_reason(thing(), replace(RUN, state=state), NOW)


def test_what_was_kept_on_purpose_stays_until_it_expires() -> None:
    aborted = replace(RUN, kept_until=FUTURE)
    assert removal_reason(thing(), aborted, NOW) == ""
    assert "expired" in removal_reason(thing(PAST), aborted, NOW)


@pytest.mark.parametrize(("expires", "goes"), [(PAST, True), (FUTURE, False), ("soon", False), ("", False)])
def test_another_kilns_things_go_when_they_expire(expires: str, goes: bool) -> None:
    assert bool(removal_reason(thing(expires), None, NOW)) is goes


def test_a_moment_without_a_time_zone_is_nobodys() -> None:
    assert removal_reason(thing("2020-01-01T00:00:00"), None, NOW) == ""


def test_a_published_output_stays() -> None:
    published = replace(RUN, outputs=(Output("image", "ManagedImage", Progress.SUCCEEDED, id=VM.upper()),))
    assert removal_reason(thing(), published, NOW) == ""


def test_what_uses_others_goes_first() -> None:
    kinds = [
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/networkInterfaces",
        "Contoso.Unknown/things",
        "Microsoft.Compute/disks",
        "Microsoft.Compute/virtualMachines",
        GROUP,
    ]
    ranks = [Leftover("id", kind, RUN.id, "").rank for kind in kinds]
    assert ranks[3] < LAST_RANK
    assert Leftover("id", kinds[5], RUN.id, "").rank < Leftover("id", kinds[4], RUN.id, "").rank
    assert Leftover("id", kinds[2], RUN.id, "").rank < Leftover("id", kinds[1], RUN.id, "").rank
    assert min(ranks) == ranks[6] == 0
