"""JSON values of a template with every expression and every copy in them evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from arm_templates.evaluate import evaluate_text
from arm_templates.faults import ExpressionError, Faults
from arm_templates.scope import Scope
from arm_templates.values import Json, member_path, type_name

MOST_COPIES = 800  # of one loop, as in ARM


@dataclass(frozen=True)
class Turn:
    """One turn of a copy loop."""

    index: int
    scope: Scope


@dataclass(frozen=True)
class Evaluator:
    """What is faulty is reported with its place and counts as null."""

    faults: Faults

    def value(self, value: Json, scope: Scope, path: str) -> Json:
        """`value`, which stands at `path`, evaluated."""
        match value:
            case str():
                with self.faults.at(path):
                    return evaluate_text(value, scope)
                return None
            case list():
                return [self.value(item, scope, f"{path}[{index}]") for index, item in enumerate(value)]
            case dict():
                return self._object(value, scope, path)
            case _:
                return value

    def text(self, value: Json, scope: Scope, path: str) -> str:
        """A string, "" and a fault where it is none."""
        result = self.value(value, scope, path)
        if isinstance(result, str):
            return result
        if result is not None or value is None:
            self.faults.add(path, f"must be a string, is {type_name(result)}")
        return ""

    def turns(self, loop: Json, scope: Scope, path: str, name: str = "") -> Iterator[Turn]:
        """The turns of a `copy` object; `name` is for those that are called after what holds them."""
        if not isinstance(loop, dict):
            self.faults.add(path, f"must be an object, is {type_name(loop)}")
            return
        loop_name = name or self.text(loop.get("name"), scope, member_path(path, "name"))
        count = self.value(loop.get("count"), scope, member_path(path, "count"))
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_COPIES:
            self.faults.add(member_path(path, "count"), f"must be an int from 0 to {MOST_COPIES}")
            return
        for index in range(count):
            copies = {**scope.copies, loop_name.lower(): index}
            yield Turn(index, replace(scope, copies=copies, current_copy=loop_name.lower()))

    def inputs(self, loop: Json, scope: Scope, path: str, name: str = "") -> list[Json]:
        """The array that a loop with an `input` makes."""
        turns = self.turns(loop, scope, path, name)
        body = loop.get("input") if isinstance(loop, dict) else None
        return [self.value(body, turn.scope, member_path(path, "input")) for turn in turns]

    def _object(self, value: dict[str, Json], scope: Scope, path: str) -> Json:
        made: dict[str, Json] = {}
        for name, item in value.items():
            place = member_path(path, name)
            if name.lower() == "copy" and isinstance(item, list):
                made |= self._copied(item, scope, place)
            else:
                made[self._name(name, scope, place)] = self.value(item, scope, place)
        return made

    def _copied(self, loops: list[Json], scope: Scope, path: str) -> dict[str, Json]:
        """ "Property iteration": each loop becomes an array with its name."""
        made: dict[str, Json] = {}
        for position, loop in enumerate(loops):
            place = f"{path}[{position}]"
            name = loop.get("name") if isinstance(loop, dict) else None
            written = self.text(name, scope, member_path(place, "name"))
            made[written] = list(self.inputs(loop, scope, place))
        return made

    def _name(self, name: str, scope: Scope, path: str) -> str:
        """ARM evaluates the names of members too, as in tags."""
        with self.faults.at(path):
            result = evaluate_text(name, scope)
            if isinstance(result, str):
                return result
            raise ExpressionError(f"is the name of a member: must be a string, is {type_name(result)}")
        return name
