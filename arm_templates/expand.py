"""Expands a template: the resources that a deployment of it would make, as plain JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from arm_templates.evaluated import Evaluator
from arm_templates.faults import Faults
from arm_templates.lazy import LazyValues
from arm_templates.order import in_order
from arm_templates.parameters import Parameters
from arm_templates.resources import Declaration, declared_resources
from arm_templates.scope import Deployment, Reference, Scope
from arm_templates.user_functions import user_functions
from arm_templates.values import Json, member_path, type_name


@dataclass(frozen=True)
class Resource:
    """One resource with everything evaluated; `path` is where the template declares it."""

    type: str
    name: str
    api_version: str
    id: str
    path: str
    body: dict[str, Json]


@dataclass(frozen=True)
class ExpandedTemplate:
    """Resources in an order in which each comes after those that it depends on; outputs by name."""

    resources: tuple[Resource, ...]
    outputs: dict[str, Json]


def is_deployment_template(document: Json) -> bool:
    """Whether it is a template for a deployment rather than one resource."""
    if not isinstance(document, dict) or "resources" not in document:
        return False
    return (
        "deploymenttemplate.json" in str(document.get("$schema", "")).lower() or "properties" not in document
    )


def expand_template(
    document: Json, parameters: Mapping[str, Json], deployment: Deployment, reference: Reference | None = None
) -> ExpandedTemplate:
    """Expands the template all at once. Raises TemplateError with all faults.

    Without `reference`, what asks for the state of a deployed resource is a fault.
    """
    opened = OpenTemplate(document, parameters, deployment, reference)
    resources = tuple(opened.resource(declaration) for declaration in opened.declarations)
    outputs = opened.outputs()
    opened.faults.raise_any()
    return ExpandedTemplate(resources, outputs)


class OpenTemplate:
    """A template that is expanded step by step, as a deployment goes on: `reference` sees what it made."""

    def __init__(
        self,
        document: Json,
        parameters: Mapping[str, Json],
        deployment: Deployment,
        reference: Reference | None = None,
    ) -> None:
        """Raises TemplateError with all faults of parameters, variables and declarations."""
        self.faults = Faults()
        self._evaluator = Evaluator(self.faults)
        self._document = document if isinstance(document, dict) else {}
        if not isinstance(document, dict):
            self.faults.add("", f"must be an object, is {type_name(document)}")
        self._scope = self._whole_scope(parameters, Scope(deployment))
        if reference is not None:
            self._scope = replace(self._scope, reference=reference)
        declared = list(declared_resources(self._document.get("resources", []), self._scope, self._evaluator))
        self.declarations: tuple[Declaration, ...] = in_order(declared, self.faults)
        self.faults.raise_any()
        symbols = {each.symbol.lower(): each.id for each in declared if each.symbol}
        by_name = {each.name.lower(): each.id for each in declared}
        self._symbols = {**by_name, **symbols}

    def resource(self, declaration: Declaration) -> Resource:
        """The resource with its body evaluated; a fault is added to `faults`."""
        seen = replace(declaration, scope=replace(declaration.scope, symbols=self._symbols))
        return Resource(
            seen.type, seen.name, seen.api_version, seen.id, seen.path, seen.body(self._evaluator)
        )

    def outputs(self) -> dict[str, Json]:
        """`{name: {type, value}}`, as a deployment shows them."""
        scope = replace(self._scope, symbols=self._symbols)
        return dict(self._outputs(scope))

    def _outputs(self, scope: Scope) -> Iterator[tuple[str, Json]]:
        for name, output in self._section("outputs").items():
            path = member_path("outputs", name)
            if not isinstance(output, dict):
                self.faults.add(path, f"must be an object, is {type_name(output)}")
                continue
            if self._evaluator.value(output.get("condition", True), scope, f"{path}.condition") is False:
                continue
            yield name, {"type": output.get("type"), "value": self._output(output, scope, path, name)}

    def _output(self, output: dict[str, Json], scope: Scope, path: str, name: str) -> Json:
        if "copy" in output:
            return list(self._evaluator.inputs(output["copy"], scope, f"{path}.copy", name))
        return self._evaluator.value(output.get("value"), scope, f"{path}.value")

    def _whole_scope(self, given: Mapping[str, Json], bare: Scope) -> Scope:
        functions = user_functions(self._document.get("functions"), bare, self._evaluator)
        declared = self._section("parameters")
        defaults = replace(bare, functions=functions, in_default_value=True)
        parameters = Parameters(
            declared, given, self._evaluator, lambda: replace(defaults, parameter=lazy_parameters.get)
        )
        lazy_parameters = LazyValues("parameter", _by_key(declared), parameters.make, self.faults)
        parameters.check_names()
        variables = self._variables(replace(bare, functions=functions, parameter=lazy_parameters.get))
        scope = replace(bare, functions=functions, parameter=lazy_parameters.get, variable=variables.get)
        self._touch_all(lazy_parameters, declared, "parameters")
        return scope

    def _variables(self, scope: Scope) -> LazyValues:
        """Variables are evaluated when they are used: an unused one may ask for what is not there."""
        written = self._section("variables")
        copies = written.get("copy")
        loops = {
            str(loop.get("name")): (loop, f"variables.copy[{index}]")
            for index, loop in enumerate(copies if isinstance(copies, list) else [])
            if isinstance(loop, dict)
        }

        def make(name: str) -> Json:
            seen = replace(scope, variable=lazy.get)
            if name in loops:
                loop, path = loops[name]
                return list(self._evaluator.inputs(loop, seen, path))
            return self._evaluator.value(written[name], seen, member_path("variables", name))

        names = {name: None for name in written if name != "copy" or not loops}
        lazy = LazyValues("variable", _by_key({**names, **dict.fromkeys(loops)}), make, self.faults)
        return lazy

    def _touch_all(self, values: LazyValues, declared: Mapping[str, Json], path: str) -> None:
        """Evaluates each, so that the faults of all are found."""
        for name in declared:
            with self.faults.at(member_path(path, name)):
                values.get(name)

    def _section(self, name: str) -> dict[str, Json]:
        section = self._document.get(name)
        if section is None:
            return {}
        if not isinstance(section, dict):
            self.faults.add(name, f"must be an object, is {type_name(section)}")
            return {}
        return section


def _by_key(names: Mapping[str, object]) -> dict[str, str]:
    return {name.lower(): name for name in names}
