"""Which layer a build begins with, why a customizer runs all the same, and which layers go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.layers import (
    MARGIN,
    CacheUse,
    Layer,
    LayerChain,
    LayerLimits,
    cacheable,
    choose_layer,
    digest,
    stale_layers,
)
from shared.domain.template import Cache

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ON, OFF, ALWAYS = Cache.ON, Cache.OFF, Cache.ALWAYS


def chain(*steps: str, source: str = "debian", machine: str = "small") -> LayerChain:
    return LayerChain(digest(source), digest(machine), tuple(digest(step) for step in steps))


def layer(
    held: LayerChain, count: int, *, age_days: float = 1, template: str = "web", size: int = 30
) -> Layer:
    made = NOW - timedelta(days=age_days)
    return Layer(
        id=f"/layers/{template}-{held.key(count)[:6]}-{age_days}",
        key=held.key(count),
        chain=held.short(count),
        run_id="run",
        template=template,
        created_at=made.isoformat(),
        expires_at=(made + timedelta(days=7)).isoformat(),
        size_gib=size,
    )


def told(wanted: LayerChain, *layers: Layer, marks: tuple[Cache, ...] = ()) -> list[str]:
    """Per customizer, `hit` or why it runs."""
    found = choose_layer(wanted, marks or (ON,) * len(wanted.steps), layers, "web", NOW)
    return [cache.reason or cache.use.value for cache in found.steps]


CHANGED = "its script, its file or its settings have changed"
NONE = "no layer of it is kept"


def test_the_longest_prefix_is_begun_with() -> None:
    wanted = chain("a", "b", "c")
    layers = [layer(wanted, 1), layer(wanted, 2)]
    found = choose_layer(wanted, (ON,) * 3, layers, "web", NOW)
    assert found.layer == layers[1]
    assert [cache.use for cache in found.steps] == [CacheUse.HIT, CacheUse.HIT, CacheUse.MISS]


def test_of_two_that_hold_the_same_the_newer_is_taken() -> None:
    wanted = chain("a")
    old, new = layer(wanted, 1, age_days=3), layer(wanted, 1, age_days=2)
    for layers in ((old, new), (new, old)):
        assert choose_layer(wanted, (ON,), layers, "web", NOW).layer == new


def test_each_miss_says_why() -> None:
    built = chain("a", "b", "c")
    layers = [layer(built, count) for count in (1, 2, 3)]
    after = "customize[{}] before it runs".format
    assert told(chain("a", "b", "c")) == [NONE, after(0), after(0)]
    assert told(built, *layers) == ["hit", "hit", "hit"]
    assert told(chain("a", "b", "changed"), *layers) == ["hit", "hit", CHANGED]
    assert told(chain("changed", "b", "c"), *layers) == [CHANGED, after(0), after(0)]
    assert told(chain("b", "a", "c"), *layers) == [CHANGED, after(0), after(0)]
    assert told(chain("a", "b", "c", "new"), *layers) == ["hit", "hit", "hit", NONE]
    assert told(chain("a", source="debian 2"), *layers) == ["the source is another one"]
    machine = "the machine is another one: region, size, disk, network or identities"
    assert told(chain("a", machine="large"), *layers) == [machine]
    assert told(chain("a", "x"), replace(layers[0], template="other")) == ["hit", NONE]
    assert told(chain("a"), layers[2]) == [NONE]


def test_an_expired_layer_is_not_begun_with() -> None:
    wanted = chain("a")
    expired = layer(wanted, 1, age_days=8)
    assert told(wanted, expired) == [f"its layer expires at {expired.expires_at}"]
    soon = replace(expired, expires_at=(NOW + MARGIN).isoformat())
    assert told(wanted, soon) == [f"its layer expires at {soon.expires_at}"]
    assert told(wanted, replace(soon, expires_at=(NOW + MARGIN * 2).isoformat())) == ["hit"]


def test_a_layer_in_the_making_is_not_begun_with() -> None:
    wanted = chain("a")
    assert told(wanted, replace(layer(wanted, 1), usable=False)) == [NONE]


def test_what_always_runs_ends_the_prefix() -> None:
    wanted = chain("a", "b", "c")
    layers = [layer(wanted, count) for count in (1, 2, 3)]
    marked = ["hit", "customize[1] is marked to run always", "customize[1] before it runs"]
    assert told(wanted, *layers, marks=(ON, ALWAYS, ON)) == marked
    assert told(wanted, *layers, marks=(OFF, OFF, OFF)) == ["hit", "hit", "hit"]
    assert cacheable((ON, OFF)) == 2


@given(st.lists(st.sampled_from("abc"), max_size=4), st.lists(st.sampled_from("abc"), max_size=4))
def test_a_hit_is_never_of_other_customizers(wanted: list[str], built: list[str]) -> None:
    held = chain(*built)
    layers = [layer(held, count) for count in range(1, len(built) + 1)]
    found = choose_layer(chain(*wanted), (ON,) * len(wanted), layers, "web", NOW)
    hits = [cache.index for cache in found.steps if cache.use is CacheUse.HIT]
    shared = next((i for i, (a, b) in enumerate(zip(wanted, built, strict=False)) if a != b), None)
    assert len(hits) == (min(len(wanted), len(built)) if shared is None else shared)
    assert [cache.index for cache in found.steps] == list(range(len(wanted)))


def test_layers_go_by_age_by_being_made_again_and_by_size() -> None:
    wanted = chain("a", "b", "c")
    expired = layer(wanted, 1, age_days=9)
    twice, newer = layer(wanted, 2, age_days=3), layer(wanted, 2, age_days=2)
    broken = replace(layer(wanted, 3, age_days=2), usable=False)
    making = replace(layer(wanted, 3, age_days=0.1), usable=False)
    all_of_them = [expired, twice, newer, broken, making]
    assert dict(stale_layers(all_of_them, LayerLimits(), NOW)) == {
        expired: f"it expired at {expired.expires_at}",
        twice: "a newer layer holds the same",
        broken: "it was never completed",
    }
    fitting = [layer(wanted, count, age_days=count) for count in (1, 2, 3)]
    by_size = stale_layers(fitting, LayerLimits(most_gib=60), NOW)
    assert [gone for gone, _ in by_size] == [fitting[2]]
    assert stale_layers(fitting, LayerLimits(most_gib=90), NOW) == []


def test_a_key_depends_on_every_part_and_on_their_order() -> None:
    keys = {
        built.key(len(built.steps))
        for built in (
            chain("a", "b"),
            chain("b", "a"),
            chain("a"),
            chain("a", "b", source="other"),
            chain("a", "b", machine="other"),
        )
    }
    assert len(keys) == 5
