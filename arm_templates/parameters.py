"""A template's parameters: what is given, against what is declared ("Parameters in ARM templates")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from arm_templates.evaluated import Evaluator
from arm_templates.faults import Faults
from arm_templates.functions.array import same
from arm_templates.scope import Scope
from arm_templates.values import Json, find_member, member_path, type_name

Declarations: TypeAlias = dict[str, Json]
# ARM's types, in lower case, and how `type_name` calls their values.
_TYPES = {
    "string": "string",
    "securestring": "string",
    "int": "int",
    "bool": "bool",
    "object": "object",
    "secureobject": "object",
    "array": "array",
}


@dataclass(frozen=True)
class Parameters:
    """`given` are the values from the outside; `scope` is what default values may use."""

    declared: Declarations
    given: Mapping[str, Json]
    evaluator: Evaluator
    scope: Callable[[], Scope]

    @property
    def faults(self) -> Faults:
        return self.evaluator.faults

    def check_names(self) -> None:
        """Every given parameter must be declared."""
        for name in self.given:
            if find_member(self.declared, name) is None:
                known = ", ".join(self.declared) or "none"
                self.faults.add(
                    member_path("parameters", name), f"is given, but not declared; declared: {known}"
                )

    def make(self, name: str) -> Json:
        """The value of the parameter `name`, given or by default."""
        path = member_path("parameters", name)
        declaration = self.declared[name]
        if not isinstance(declaration, dict):
            self.faults.add(path, f"must be an object, is {type_name(declaration)}")
            return None
        written = find_member(dict(self.given), name)
        if written is not None:
            value = self.given[written]
        elif "defaultValue" in declaration:
            value = self.evaluator.value(declaration["defaultValue"], self.scope(), f"{path}.defaultValue")
        elif declaration.get("nullable") is True:
            return None
        else:
            self.faults.add(path, "has no default value: give it one")
            return None
        self._check(value, declaration, path)
        return value

    def _check(self, value: Json, declaration: dict[str, Json], path: str) -> None:
        wanted = _TYPES.get(str(declaration.get("type", "")).lower())
        if wanted is None:
            if "$ref" not in declaration:
                kinds = "string, securestring, int, bool, object, secureObject, array"
                self.faults.add(member_path(path, "type"), f"must be one of {kinds}")
            return
        if type_name(value) != wanted:
            if not (value is None and declaration.get("nullable") is True):
                self.faults.add(path, f"must be of type {declaration['type']}, is {type_name(value)}")
            return
        self._check_allowed(value, declaration, path)
        self._check_limits(value, declaration, path)

    def _check_allowed(self, value: Json, declaration: dict[str, Json], path: str) -> None:
        allowed = declaration.get("allowedValues")
        if not isinstance(allowed, list):
            return
        # An array is allowed when each of its elements is.
        values = value if isinstance(value, list) and value not in allowed else [value]
        if not all(any(same(each, one) for one in allowed) for each in values):
            secret = str(declaration.get("type", "")).lower().startswith("secure")
            shown = "its value" if secret else repr(value)
            listed = ", ".join(str(one) for one in allowed)
            self.faults.add(path, f"{shown} is not one of its allowedValues: {listed}")

    def _check_limits(self, value: Json, declaration: dict[str, Json], path: str) -> None:
        size = len(value) if isinstance(value, str | list) else value
        names = ("minLength", "maxLength") if isinstance(value, str | list) else ("minValue", "maxValue")
        if not isinstance(size, int) or isinstance(size, bool):
            return
        least, most = (declaration.get(name) for name in names)
        if isinstance(least, int) and size < least:
            self.faults.add(path, f"is below its {names[0]} of {least}: {size}")
        if isinstance(most, int) and size > most:
            self.faults.add(path, f"is above its {names[1]} of {most}: {size}")
