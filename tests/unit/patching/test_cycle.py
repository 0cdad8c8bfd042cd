"""Cycles over many templates: waves in order, the halt rule, waiting, approval, cancelling, resuming."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrators.patch_cycle import patch_cycle
from shared.domain.build import BuildRequest
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError
from shared.domain.patch_cycle import (
    CyclePlan,
    CycleReport,
    CycleRequest,
    CycleState,
    Opening,
    OpeningCall,
    PatchState,
    PlanCycleCall,
)
from shared.domain.rebuild import ClaimCall
from shared.domain.run import Run, RunState
from shared.domain.template_record import ProvisioningState, TemplateRecord
from shared.domain.waves import HaltRule, WaveRules
from shared.patching.policy import ApprovalRule, PatchPolicy, Selection
from shared.patching.selection import plan_cycle, unfinished
from shared.rebuilds import claims
from shared.schedules.schedule import Schedule
from shared.schedules.window import Window
from tests.unit.orchestrators.fake_activities import value
from tests.unit.orchestrators.simulation import Simulation
from tests.unit.rebuilds.memory import ROOT, MemoryServices, Templates, template

POLICY = PatchPolicy("monthly", Schedule(cron="0 0 0 1 * *"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
REQUEST = CycleRequest("monthly-1", "monthly")


def run_of(name: str, state: RunState, days_ago: int) -> Run:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    record = template(name, ROOT)
    return Run(f"{name}-{days_ago}", record.address.id, "westeurope", state, created_at=at, ended_at=at)


class World:
    """Sixty templates, some of which cannot be built."""

    def __init__(self, policy: PatchPolicy, failing: set[str], count: int = 60) -> None:
        names = [f"t{number:02d}" for number in range(count)]
        self.kiln: Any = MemoryServices(Templates({name: template(name, ROOT) for name in names}))
        self.policy, self.failing = policy, failing
        self.built: list[str] = []
        self.started_at: dict[str, datetime] = {}
        self.reports: list[CycleReport] = []
        activities = {
            "plan_cycle": self.plan,
            "next_opening": self.opening,
            "claim_patch": lambda p: value(claims.claim_patch(self.kiln, from_json(ClaimCall, p))),
            "save_cycle": self.save,
        }
        self.simulation = Simulation(activities, instead={"build_image": self.build})

    def plan(self, payload: Any) -> Any:
        call = from_json(PlanCycleCall, payload)
        records = self.kiln.templates.all("")
        runs = sorted(self.kiln.runs.found.values(), key=lambda run: run.created_at, reverse=True)
        now = datetime.fromisoformat(call.at)
        return value(plan_cycle(self.policy, call.request, records, runs, now))

    def opening(self, payload: Any) -> Any:
        at = datetime.fromisoformat(from_json(OpeningCall, payload).at)
        window = self.policy.window
        return value(Opening((window.next_open(at) if window else at).isoformat()))

    def save(self, payload: Any) -> Any:
        self.reports.append(from_json(CycleReport, payload))
        return value(None)

    def build(self, payload: Any) -> Any:
        run_id = from_json(BuildRequest, payload).run_id
        name = self.kiln.runs.get(run_id).template_id.rpartition("/")[2]
        self.built.append(name)
        self.started_at[name] = self.simulation.now
        failed = name in self.failing
        at = self.simulation.now.isoformat()
        state = RunState.FAILED if failed else RunState.SUCCEEDED
        self.kiln.runs.end(run_id, state=state, ended_at=at)
        return to_json(BuildError("CustomizerFailed", "exit code 1")) if failed else None

    def cycle(self, request: CycleRequest = REQUEST) -> CycleReport:
        return from_json(CycleReport, self.simulation.run(patch_cycle, to_json(request)))


def counts(report: CycleReport) -> dict[str, int]:
    states = [patch.state.value for patch in report.patches]
    return {state: states.count(state) for state in set(states)}


def test_sixty_templates_go_through_six_waves_and_three_failures_are_told() -> None:
    world = World(POLICY, {"t03", "t17", "t44"})
    report = world.cycle()
    assert report.state is CycleState.PARTIALLY_SUCCEEDED
    assert (report.waves, report.wave) == (6, 6)
    assert counts(report) == {"Succeeded": 57, "Failed": 3}
    assert world.built == [f"t{number:02d}" for number in range(60)]
    [reason] = {patch.reason for patch in report.patches if patch.state is PatchState.FAILED}
    assert reason == "CustomizerFailed: exit code 1"
    assert world.reports[-1] == report
    assert {run.built_by for run in world.kiln.runs.found.values()} == {
        "patch cycle monthly-1, started by schedule"
    }
    assert not any(request.cache for request in world.kiln.documents.requests.values())


def test_the_halt_rule_ends_the_cycle_after_the_wave_and_a_resume_does_the_rest() -> None:
    world = World(replace(POLICY, halt=HaltRule(failures=2)), {"t03", "t17", "t44"})
    report = world.cycle()
    assert report.state is CycleState.HALTED
    assert report.reason == "after wave 2 of 6: 2 builds failed, the policy halts at 2"
    assert counts(report) == {"Succeeded": 18, "Failed": 2, "Pending": 40}
    world.failing.clear()
    rest = tuple(unfinished(report.patches))
    assert len(rest) == 42
    resumed = world.cycle(replace(REQUEST, id="monthly-2", only=rest, started_by="ada"))
    assert resumed.state is CycleState.SUCCEEDED
    assert counts(resumed) == {"Succeeded": 42}
    assert len(world.built) == 62
    resumed_by = {patch.run_id for patch in resumed.patches}
    built_by = {world.kiln.runs.get(run_id).built_by for run_id in resumed_by}
    assert built_by == {"patch cycle monthly-2, started by ada"}


def test_waves_soak_and_wait_for_their_window() -> None:
    window = Window("22:00", "23:00")
    world = World(replace(POLICY, waves=WaveRules(size=1, soak_minutes=90), window=window), set(), count=3)
    world.cycle()
    hours = [world.started_at[name].hour for name in ("t00", "t01", "t02")]
    days = [world.started_at[name].day for name in ("t00", "t01", "t02")]
    assert hours == [22, 22, 22]
    assert days == [21, 22, 23]


def test_a_dry_run_builds_nothing_and_tells_what_it_would() -> None:
    world = World(POLICY, set())
    report = world.cycle(replace(REQUEST, dry_run=True))
    assert world.built == []
    assert (report.state, report.waves, counts(report)) == (CycleState.SUCCEEDED, 6, {"Pending": 60})


def test_nobody_approves_in_time() -> None:
    world = World(replace(POLICY, approval=ApprovalRule(24, first_wave=False)), set())
    report = world.cycle()
    assert report.state is CycleState.HALTED
    assert report.reason == "nobody approved wave 2 within 24 hours"
    assert len(world.built) == 10


def test_a_cancelled_cycle_starts_no_further_wave() -> None:
    world = World(replace(POLICY, waves=WaveRules(size=10, soak_minutes=5)), set())
    world.simulation.events.add("cancel")
    report = world.cycle()
    assert (report.state, report.reason) == (CycleState.CANCELED, "the cycle was cancelled")
    assert len(world.built) == 10


def test_a_deleted_policy_fails_the_cycle_with_its_cause() -> None:
    world = World(POLICY, set())
    world.simulation.activities["plan_cycle"] = lambda _: to_json(
        {"error": to_json(BuildError("PolicyNotFound", "the patch policy monthly was deleted"))}
    )
    report = world.cycle()
    assert (report.state, report.reason) == (CycleState.FAILED, "the patch policy monthly was deleted")


def plan(policy: PatchPolicy, *runs: Run, **changes: object) -> CyclePlan:
    records = [
        replace(template("web", ROOT), **changes),  # type: ignore[arg-type]
        replace(template("app", ROOT), document={"tags": {"patch": "monthly"}}),
    ]
    return plan_cycle(policy, REQUEST, records, runs, NOW)


def names(plan: CyclePlan) -> list[str]:
    return [each.address.name for wave in plan.waves for each in wave]


def test_tags_choose_and_policies_exclude() -> None:
    assert names(plan(replace(POLICY, select=Selection({"patch": "monthly"})))) == ["app"]
    assert names(plan(replace(POLICY, select=Selection({"patch": "*"})))) == ["app"]
    assert names(plan(replace(POLICY, select=Selection({"patch": "weekly"})))) == []
    chosen = plan(replace(POLICY, select=Selection(exclude=("WEB",))))
    assert names(chosen) == ["app"]
    assert [each.reason for each in chosen.skipped] == ["excluded by the policy"]


def test_what_was_built_lately_or_fails_always_is_left_out_with_the_reason() -> None:
    policy = replace(POLICY, select=Selection(min_age_days=20))
    [skipped] = plan(policy, run_of("web", RunState.SUCCEEDED, 3)).skipped
    assert skipped.reason == "built 3 days ago, the policy patches after 20"
    assert names(plan(policy, run_of("web", RunState.SUCCEEDED, 21))) == ["web", "app"]
    failures = [run_of("web", RunState.FAILED, day) for day in (1, 2, 3)]
    [skipped] = plan(policy, *failures).skipped
    assert skipped.reason == "its last 3 builds failed; a successful one takes it in again"
    assert names(plan(POLICY, run_of("web", RunState.SUCCEEDED, 0), *failures)) == ["web", "app"]


@pytest.mark.parametrize("state", [ProvisioningState.FAILED, ProvisioningState.CREATING])
def test_a_template_that_is_not_ready_is_left_out(state: ProvisioningState) -> None:
    [skipped] = plan(POLICY, state=state).skipped
    assert skipped.reason == f"its provisioning state is {state}"


def test_a_template_record_is_what_the_catalog_keeps() -> None:
    assert from_json(TemplateRecord, to_json(template("web", ROOT))) == template("web", ROOT)
