"""Retention: what protects a version, and that nothing goes without its steps and days."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.lifecycle import LifecycleAction, LifecyclePolicy, VersionFacts, plan_lifecycle
from shared.domain.published_image import ImageState

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def version(number: str, age: int, state: ImageState = ImageState.LIVE, **facts: object) -> VersionFacts:
    major, minor, patch = (int(part) for part in number.split("."))
    at = NOW - timedelta(days=age)
    return VersionFacts(number, (major, minor, patch), at, state, at, **facts)  # type: ignore[arg-type]


def actions(policy: LifecyclePolicy, *versions: VersionFacts) -> dict[str, str]:
    return {step.version_id: step.action for step in plan_lifecycle(policy, versions, NOW)}


def test_the_newest_are_kept_by_count_and_the_young_by_age() -> None:
    versions = [version(f"1.0.{patch}", 10 * (9 - patch)) for patch in range(10)]
    policy = LifecyclePolicy("d", keep_count=2, keep_days=35)
    found = actions(policy, *versions)
    assert [number for number, action in found.items() if action == "keep"] == [
        *("1.0.9", "1.0.8", "1.0.7", "1.0.6")
    ]
    assert found["1.0.5"] == "deprecate"


def test_what_protects_a_version() -> None:
    policy = LifecyclePolicy("d", keep_count=1, spare_tags={"pin": "*", "env": "prod"})
    found = plan_lifecycle(
        policy,
        [
            version("3.0.0", 1),
            version("2.0.1", 400),
            version("2.0.0", 500),
            version("1.9.0", 500),
            version("1.8.0", 500, tags={"pin": "yes"}),
            version("1.7.0", 500, tags={"env": "prod"}),
            version("1.6.0", 500, tags={"env": "test"}),
            version("1.5.0", 500, users=("/vm/1",)),
        ],
        NOW,
    )
    assert {step.version_id: step.reason for step in found} == {
        "3.0.0": "the newest version",
        "2.0.1": "the newest of major version 2",
        "2.0.0": "surplus by the policy",
        "1.9.0": "the newest of major version 1",
        "1.8.0": "tagged pin=yes",
        "1.7.0": "tagged env=prod",
        "1.6.0": "surplus by the policy",
        "1.5.0": "in use by 1, for example /vm/1",
    }


def test_a_version_goes_step_by_step() -> None:
    policy = LifecyclePolicy("d", keep_count=1, exclude_after_days=7, delete_after_days=9)
    newest = version("1.0.9", 0)
    for state, age, expected in (
        (ImageState.LIVE, 99, "deprecate"),
        (ImageState.DEPRECATED, 6, "keep"),
        (ImageState.DEPRECATED, 7, "exclude"),
        (ImageState.EXCLUDED, 8, "keep"),
        (ImageState.EXCLUDED, 9, "delete"),
        (ImageState.REVOKED, 9, "delete"),
        (ImageState.REVOKED, 8, "keep"),
    ):
        assert actions(policy, newest, version("1.0.0", age, state))["1.0.0"] == expected


def test_a_policy_without_limits_keeps_everything() -> None:
    found = actions(LifecyclePolicy("d"), version("1.0.1", 1), version("1.0.0", 9999))
    assert set(found.values()) == {"keep"}


numbers = st.tuples(*[st.integers(0, 3)] * 3)
facts = st.builds(
    VersionFacts,
    id=st.uuids().map(str),
    number=numbers,
    published_at=st.integers(0, 900).map(lambda days: NOW - timedelta(days=days)),
    state=st.sampled_from(list(ImageState)),
    state_at=st.integers(0, 100).map(lambda days: NOW - timedelta(days=days)),
    users=st.sampled_from([(), ("/vm",)]),
    excluded=st.booleans(),
)
policies = st.builds(
    LifecyclePolicy,
    definition_id=st.just("d"),
    keep_count=st.integers(0, 4),
    keep_days=st.integers(0, 400),
    keep_newest_of_major=st.booleans(),
)


@given(policies, st.lists(facts, max_size=8, unique_by=lambda each: each.number))
def test_nothing_in_use_goes_and_nothing_is_deleted_at_once(
    policy: LifecyclePolicy, versions: list[VersionFacts]
) -> None:
    steps = {step.version_id: step.action for step in plan_lifecycle(policy, versions, NOW)}
    for each in versions:
        action = steps.get(each.id, LifecycleAction.KEEP)
        if each.users:
            assert action is LifecycleAction.KEEP
        if action is LifecycleAction.DELETE:
            assert each.state in (ImageState.EXCLUDED, ImageState.REVOKED)
    gone = (ImageState.DELETED, ImageState.REVOKED)
    usable = sorted((each for each in versions if each.state not in gone), key=lambda each: each.number)
    for needed in (usable[-1:], [each for each in usable if not each.excluded][-1:]):
        assert all(steps[each.id] is LifecycleAction.KEEP for each in needed)


def test_a_revoked_newest_version_neither_stays_nor_costs_the_one_before() -> None:
    policy = LifecyclePolicy("d", keep_count=1, delete_after_days=9)
    found = actions(policy, version("1.0.2", 9, ImageState.REVOKED), version("1.0.1", 99))
    assert found == {"1.0.2": "delete", "1.0.1": "keep"}


def test_what_latest_means_is_kept_below_a_newer_version_that_is_excluded() -> None:
    policy = LifecyclePolicy("d", keep_count=1)
    versions = version("1.0.2", 1, excluded=True), version("1.0.1", 99), version("1.0.0", 99)
    assert actions(policy, *versions) == {"1.0.2": "keep", "1.0.1": "keep", "1.0.0": "deprecate"}
