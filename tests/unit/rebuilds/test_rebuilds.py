"""Rebuilds over random forests of templates, with failures, copies and old news: order and stop rule hold."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from activities import lineage
from orchestrators.rebuild_dependents import rebuild_dependents
from shared.domain.build import BuildRequest
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError
from shared.domain.image_events import WATCHER, EventType, ImageEvent, new_event
from shared.domain.rebuild import ClaimCall, RebuildRequest, SettleCall, VersionCall
from shared.domain.run import RunState
from tests.unit.orchestrators.fake_activities import value
from tests.unit.orchestrators.simulation import Simulation
from tests.unit.rebuilds.memory import ROOT, MemoryServices, Templates, gallery_image, template

FAILED = to_json(BuildError("CustomizerFailed", "exit code 1"))


class Factory:
    """Builds what events ask for; a template in `failing` fails whenever it is built."""

    def __init__(self, parents: dict[str, str], failing: set[str]) -> None:
        self.kiln: Any = MemoryServices(Templates({n: template(n, p) for n, p in parents.items()}))
        self.failing = failing
        self.built: list[str] = []
        self.published: dict[str, str] = {}
        self.news: list[str] = []
        self.told: list[ImageEvent] = []
        activities = {
            "find_dependents": lambda p: value(lineage.find_dependents(self.kiln, from_json(VersionCall, p))),
            "claim_rebuild": lambda p: value(lineage.claim_rebuild(self.kiln, from_json(ClaimCall, p))),
            "settle_rebuild": lambda p: value(lineage.settle_rebuild(self.kiln, from_json(SettleCall, p))),
        }
        activities["announce"] = lambda p: value(self.told.append(from_json(ImageEvent, p)))
        self.simulation = Simulation(activities, instead={"build_image": self.build})

    def build(self, request: object) -> object:
        run_id = from_json(BuildRequest, request).run_id
        name = self.kiln.runs.get(run_id).template_id.rpartition("/")[2]
        self.built.append(name)
        parent = self.kiln.templates.records[name].document["properties"]["source"]
        source = self.published.get(
            parent.get("imageVersionId", ROOT).rpartition("/versions/")[0] or ROOT, ""
        )
        if name in self.failing:
            self.kiln.runs.end(run_id, state=RunState.FAILED, source=source)
            return FAILED
        self.kiln.runs.end(run_id, state=RunState.SUCCEEDED, source=source)
        self.publish(gallery_image(name), f"1.0.{len(self.built)}")
        return None

    def publish(self, image: str, number: str) -> None:
        version = f"{image}:{number}" if ":" in image else f"{image}/versions/{number}"
        self.published[image] = version
        self.news.append(version)

    def hear(self, version: str) -> None:
        self.simulation.run(rebuild_dependents, to_json(RebuildRequest("event", version)))


def drain(factory: Factory, chance: random.Random) -> None:
    """Delivers all news, in any order, some of it twice or again much later."""
    old: list[str] = []
    while factory.news:
        version = factory.news.pop(chance.randrange(len(factory.news)))
        old.append(version)
        for again in (version, *chance.choices([version, *old], k=2)):
            factory.hear(again)


@st.composite
def forests(draw: st.DrawFn) -> dict[str, str]:
    """Each template follows the root image or an earlier template."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 7)))]
    return {name: draw(st.sampled_from([ROOT, *names[:at]])) for at, name in enumerate(names)}


def above(name: str, parents: dict[str, str]) -> Iterator[str]:
    while parents[name] != ROOT:
        name = parents[name]
        yield name


@settings(max_examples=30)  # each is a whole forest of builds
@given(
    forests(),
    st.sets(st.integers(0, 6).map(lambda n: f"t{n}"), max_size=2),
    st.randoms(use_true_random=False),
)
def test_each_is_built_once_after_its_parent_and_nothing_below_a_failure(
    parents: dict[str, str], failing: set[str], chance: random.Random
) -> None:
    factory = Factory(parents, failing)
    factory.publish(ROOT, "12.0.1")
    drain(factory, chance)
    expected = {name for name in parents if not failing & set(above(name, parents))}
    assert sorted(factory.built) == sorted(expected)
    for name in factory.built:
        assert all(factory.built.index(one) < factory.built.index(name) for one in above(name, parents))
    told = {(event.type, event.subject.rpartition("/")[2]) for event in factory.told}
    assert told == {("build-failed", name) for name in failing & set(expected)}


@settings(max_examples=30)  # each is a whole forest of builds
@given(forests(), st.randoms(use_true_random=False))
def test_every_new_root_version_goes_all_the_way_down(parents: dict[str, str], chance: random.Random) -> None:
    factory = Factory(parents, set())
    for patch in (1, 2, 3):
        factory.publish(ROOT, f"12.0.{patch}")
        drain(factory, chance)
        assert sorted(factory.built) == sorted(list(parents) * patch)


def test_three_failures_in_a_row_disable_the_trigger_until_somebody_succeeds_by_hand() -> None:
    factory = Factory({"web": ROOT}, {"web"})
    for patch in range(1, 6):
        factory.hear(f"{ROOT}:12.0.{patch}")
    assert factory.built == ["web"] * 3
    trigger = factory.kiln.templates.records["web"].triggers[0]
    assert trigger.code == "Disabled"
    assert "3 failed builds in a row" in trigger.message
    last = factory.kiln.templates.records["web"].last_run
    factory.failing.clear()
    factory.kiln.runs.end(last, state=RunState.SUCCEEDED, created_at="2027-01-01T00:00:00+00:00")
    factory.hear(f"{ROOT}:12.0.9")
    assert factory.built == ["web"] * 4
    assert factory.kiln.templates.records["web"].triggers[0].failures == 0


def test_who_was_built_by_hand_on_that_version_is_not_built_again() -> None:
    factory = Factory({"web": ROOT}, set())
    factory.hear(f"{ROOT}:12.0.1")
    by_hand = factory.kiln.templates.records["web"].last_run
    factory.kiln.runs.end(by_hand, source=f"{ROOT}:12.0.3")
    for patch in (2, 3):
        factory.hear(f"{ROOT}:12.0.{patch}")
    assert factory.built == ["web"]
    assert factory.kiln.templates.records["web"].triggers[0].started_for == f"{ROOT}:12.0.3"
    factory.hear(f"{ROOT}:12.0.4")
    assert factory.built == ["web"] * 2


def test_a_run_says_what_told_of_the_new_version() -> None:
    factory = Factory({"web": ROOT}, set())
    version = f"{ROOT}:12.0.1"
    told = ImageEvent("base-42", EventType.MARKETPLACE_VERSION, version, "", "/pipelines/base")
    request = RebuildRequest(told.id, version, built_by=told.origin)
    factory.simulation.run(rebuild_dependents, to_json(request))
    [run] = factory.kiln.runs.found.values()
    assert run.built_by == "event base-42 from /pipelines/base"
    assert factory.kiln.documents.requests[run.id].built_by == run.built_by
    found = new_event(EventType.MARKETPLACE_VERSION, version, "", {"seenBy": WATCHER})
    assert found.origin == "watch"


def test_a_template_that_got_another_source_is_built_on_whatever_version_it_has() -> None:
    factory = Factory({"web": ROOT}, set())
    factory.hear(f"{ROOT}:12.0.1")
    factory.kiln.templates.records["web"] = replace(
        template("web", "debian:debian-13:13-gen2"), triggers=factory.kiln.templates.records["web"].triggers
    )
    factory.hear("debian:debian-13:13-gen2:0.0.1")
    assert factory.built == ["web"] * 2


def test_a_busy_template_is_waited_for() -> None:
    factory = Factory({"web": ROOT}, set())
    factory.hear(f"{ROOT}:12.0.1")
    run_id = factory.kiln.templates.records["web"].last_run
    factory.kiln.runs.end(run_id, state=RunState.RUNNING)
    looks = 0

    def claim(payload: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks == 60:
            factory.kiln.runs.end(run_id, state=RunState.FAILED)
        return value(lineage.claim_rebuild(factory.kiln, from_json(ClaimCall, payload)))

    factory.simulation.activities["claim_rebuild"] = claim
    factory.hear(f"{ROOT}:12.0.2")
    assert factory.built == ["web", "web"]
    assert looks >= 60


def test_asking_again_for_a_claim_gives_the_same_answer() -> None:
    factory = Factory({"web": ROOT}, set())
    call = ClaimCall(
        factory.kiln.templates.records["web"].address, f"{ROOT}:12.0.1", "web-20261121T120000-abcdef"
    )
    first = lineage.claim_rebuild(factory.kiln, call)
    assert lineage.claim_rebuild(factory.kiln, call) == first
    assert first.build is not None
    assert factory.kiln.documents.requests[call.run_id].cache
    settled = SettleCall(call.address, call.run_id, "2026-11-21T13:00:00+00:00", BuildError("X", "y"))
    for _ in range(2):
        lineage.settle_rebuild(factory.kiln, settled)
    assert factory.kiln.templates.records["web"].triggers[0].failures == 1
