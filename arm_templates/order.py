"""An order of deployment: every resource after those that it depends on."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from arm_templates.faults import Faults
from arm_templates.resources import Declaration


def in_order(declared: Sequence[Declaration], faults: Faults) -> tuple[Declaration, ...]:
    """Reports names that nothing has, and circles."""
    graph = {index: _needed(index, declared, faults) for index in range(len(declared))}
    try:
        return tuple(declared[index] for index in TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(declared[index].name for index in error.args[1])
        faults.add(declared[error.args[1][0]].path, f"depends on itself: {circle}")
        return ()


def _needed(index: int, declared: Sequence[Declaration], faults: Faults) -> list[int]:
    """A dependency is an id, a name, a symbolic name or the name of a copy loop.

    An id that is not of this template is of something that exists already, which ARM does not mind.
    """
    needed: list[int] = []
    for name in declared[index].depends_on:
        found = [at for at, other in enumerate(declared) if at != index and _is_called(other, name)]
        needed += found
        if not found and not name.startswith("/"):
            faults.add(f"{declared[index].path}.dependsOn", f"there is no resource {name!r} in this template")
    return needed


def _is_called(declaration: Declaration, name: str) -> bool:
    own = (declaration.id, declaration.name, declaration.symbol, declaration.group)
    typed = f"{declaration.type}/{declaration.name}"
    return name.lower() in {each.lower() for each in (*own, typed) if each}
