"""Circles of templates, each built from what the one before publishes: none could ever come to rest."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A template with a trigger: the lineage keys of the image that it follows and of those it publishes."""

    template_id: str
    follows: str
    publishes: frozenset[str]


def find_circle(new: Link, others: Iterable[Link]) -> tuple[str, ...]:
    """The ids on a shortest circle that `new` would close, from `new` back to itself; empty for none.

    `others` have no circle among themselves; the template of `new` may be one of them, as it was before.
    """
    waiting = [other for other in others if other.template_id.lower() != new.template_id.lower()]
    paths: list[tuple[Link, ...]] = [(new,)]
    for path in paths:  # grows while it is read: level after level
        if new.follows in path[-1].publishes:
            return (*(link.template_id for link in path), new.template_id)
        reached = [link for link in waiting if link.follows in path[-1].publishes]
        waiting = [link for link in waiting if link not in reached]
        paths += [(*path, link) for link in reached]
    return ()
