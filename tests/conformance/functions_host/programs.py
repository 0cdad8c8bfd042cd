"""Random orchestrations as data, and an independent model that says what each must return.

A program is a list of steps, run `loops` times over with continue_as_new. Its results are determined by its
text alone: every race has one child that can end, and a failure inside a compound is never next to a retry,
whose task ids Azure's own SDK and extension count differently there (see docs/local-host.md).
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st

Step: TypeAlias = dict[str, Any]
Program: TypeAlias = dict[str, Any]

_values = st.integers(0, 50)
_double = st.builds(lambda v: {"do": "double", "value": v}, _values)
_timer = st.builds(lambda v: {"do": "timer", "value": v}, st.integers(0, 30))
_fail = st.builds(lambda v: {"do": "fail", "value": v}, _values)
_works_under_retry = st.builds(lambda v: {"do": "retry", "name": "double", "value": v}, _values)
_fails_under_retry = st.builds(lambda v: {"do": "retry", "name": "fail", "value": v}, _values)
_entity = st.builds(lambda v: {"do": "entity", "value": v}, _values)
_signal = st.builds(lambda v: {"do": "signal", "value": v}, _values)
_broken_child = st.builds(lambda v: {"do": "sub_retry", "value": v}, _values)


def _sub(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    return st.builds(
        lambda children: {"do": "sub", "value": {"steps": children, "loops": 1}},
        st.lists(steps, min_size=1, max_size=3),
    )


def _compound(children: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    together = st.builds(lambda c: {"do": "all", "children": c}, st.lists(children, min_size=1, max_size=4))
    race = st.builds(
        lambda child, never: {"do": "any", "child": child, "never": never},
        children,
        st.lists(st.sampled_from(["event", "timer"]), min_size=1, max_size=2),
    )
    return together | race


_plain = _double | _timer
_tree = st.recursive(_plain | _works_under_retry | _sub(_double), _compound, max_leaves=6)
_failing_tree = st.builds(
    lambda good, bad: {"do": "all", "children": [*good, bad]}, st.lists(_plain, min_size=1, max_size=3), _fail
)
# Only at the top: in a race an empty task_all counts for the SDK, while the extension waits for the others.
_empty = st.just({"do": "all", "children": []})
_step = st.one_of(_tree, _empty, _failing_tree, _fail, _fails_under_retry, _broken_child, _entity, _signal)
programs: st.SearchStrategy[Program] = st.builds(
    lambda steps, loops: {"steps": steps, "loops": loops},
    st.lists(_step | _sub(_step), min_size=1, max_size=6),
    st.sampled_from([1, 1, 1, 2]),
)


@dataclass
class Model:
    """Runs a program in the head: no history, no tasks, only what the words mean."""

    total: int = 0
    results: list[Any] = field(default_factory=list)

    def run(self, program: Program) -> list[Any]:
        for _ in range(program["loops"]):
            self.results += [self._step(step) for step in program["steps"]]
        return self.results

    def _step(self, step: Step) -> Any:
        try:
            return self._value(step)
        except ValueError:
            return "failed"

    def _value(self, step: Step) -> Any:
        kind = step["do"]
        if kind in ("fail", "sub_retry") or (kind == "retry" and step["name"] == "fail"):
            raise ValueError(kind)
        if kind in ("double", "retry"):
            return step["value"] * 2
        if kind == "all":
            return [self._value(child) for child in step["children"]]
        if kind == "any":
            return self._value(step["child"])
        if kind == "sub":
            return Model().run(step["value"])
        if kind in ("entity", "signal"):
            self.total += step["value"]
            return self.total if kind == "entity" else "signalled"
        return "fired"


def predict(program: Program) -> list[Any]:
    return Model().run(program)
