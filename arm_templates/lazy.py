"""Named values that are evaluated when first asked for, each once; they may use one another."""

from collections.abc import Callable, Mapping

from arm_templates.faults import ExpressionError, Faults, FollowingError
from arm_templates.values import Json


class LazyValues:
    """`make` evaluates the value of a name; it reports its faults to `faults`."""

    def __init__(
        self, kind: str, names: Mapping[str, str], make: Callable[[str], Json], faults: Faults
    ) -> None:
        """`kind` is for messages; `names` maps names in lower case to how they are written."""
        self._kind = kind
        self._names = names
        self._make = make
        self._faults = faults
        self._made: dict[str, Json] = {}
        self._faulty: set[str] = set()
        self._making: list[str] = []

    def get(self, name: str) -> Json:
        """Raises ExpressionError if there is none of that name, or if it uses itself."""
        key = name.lower()
        if key not in self._names:
            raise ExpressionError(f"there is no {self._kind} {name}")
        if key in self._making:
            circle = " → ".join(self._names[each] for each in [*self._making, key])
            raise ExpressionError(f"the {self._kind} uses itself: {circle}")
        if key not in self._made:
            self._evaluate(key)
        if key in self._faulty:
            raise FollowingError(f"the {self._kind} {name} is faulty")
        return self._made[key]

    def _evaluate(self, key: str) -> None:
        before = self._faults.count
        self._making.append(key)
        try:
            self._made[key] = self._make(self._names[key])
        finally:
            self._making.pop()
        if self._faults.count > before:
            self._faulty.add(key)
