"""Circles over random templates: a trigger is refused exactly when it would close one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.arm import Refusal
from shared.image_templates.circles import refuse_circles
from shared.rebuilds.circles import Link, find_circle
from tests.unit.rebuilds.memory import MemoryServices, Templates, template

IMAGES = [f"image{number}" for number in range(6)]


@st.composite
def links(draw: st.DrawFn) -> list[Link]:
    count = draw(st.integers(1, 8))
    return [
        Link(
            f"t{number}",
            draw(st.sampled_from(IMAGES)),
            draw(st.frozensets(st.sampled_from(IMAGES), max_size=3)),
        )
        for number in range(count)
    ]


def reaches_itself(taken: list[Link], start: Link) -> bool:
    """By closure over everything that can be reached, however long the way."""
    images = set(start.publishes)
    for _ in taken:
        images |= {image for link in taken if link.follows in images for image in link.publishes}
    return start.follows in images


@given(links())
def test_what_is_taken_has_no_circle_and_what_is_refused_shows_one(found: list[Link]) -> None:
    taken: list[Link] = []
    for new in found:
        path = find_circle(new, taken)
        assert bool(path) == reaches_itself([*taken, new], new)
        if not path:
            taken.append(new)
            continue
        by_id = {link.template_id: link for link in [*taken, new]}
        assert path[0] == path[-1] == new.template_id
        for one, next_ in pairwise(path):
            assert by_id[next_].follows in by_id[one].publishes
    assert not any(reaches_itself(taken, link) for link in taken)


def test_the_refusal_names_the_way_round() -> None:
    records = {name: template(name, source) for name, source in (("b", "a"), ("c", "b"), ("a", "c"))}
    kiln = MemoryServices(Templates(records))
    with pytest.raises(Refusal, match="a → b → c → a"):
        refuse_circles(kiln, records["a"])  # type: ignore[arg-type]
    records["b"] = template("b", "debian:debian-12:12-gen2")
    refuse_circles(kiln, records["a"])  # type: ignore[arg-type]
