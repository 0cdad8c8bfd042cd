"""Waves: everybody in one, no bound broken; and when a cycle halts."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.waves import Candidate, HaltRule, WaveRules, plan_waves

candidates = st.lists(
    st.builds(Candidate, st.uuids().map(str), st.sampled_from(["eastus", "westeurope", "uksouth"])),
    max_size=40,
    unique_by=lambda each: each.template_id,
)


@given(candidates, st.builds(WaveRules, size=st.integers(0, 7), per_region=st.integers(0, 3)))
def test_every_template_is_built_once_within_the_bounds(listed: list[Candidate], rules: WaveRules) -> None:
    waves = plan_waves(listed, rules)
    assert sorted(each.template_id for wave in waves for each in wave) == sorted(
        each.template_id for each in listed
    )
    for wave in waves:
        assert wave
        assert not rules.size or len(wave) <= rules.size
        for region in {each.region for each in wave}:
            assert not rules.per_region or sum(each.region == region for each in wave) <= rules.per_region


def test_sixty_templates_make_six_waves_of_ten_in_their_order() -> None:
    listed = [Candidate(str(number), "westeurope") for number in range(60)]
    waves = plan_waves(listed, WaveRules(size=10))
    assert [len(wave) for wave in waves] == [10] * 6
    assert [each for wave in waves for each in wave] == listed


def test_a_cycle_halts_by_count_or_by_ratio() -> None:
    assert HaltRule(failures=3).reason(2, 20) == ""
    assert HaltRule(failures=3).reason(3, 20) == "3 builds failed, the policy halts at 3"
    assert HaltRule(ratio=0.25).reason(1, 4) == ""
    assert HaltRule(ratio=0.25).reason(2, 8) == "2 of 8 builds failed, the policy halts at 25%"
    assert HaltRule().reason(60, 60) == ""
