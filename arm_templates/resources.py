"""The resources of a template: names, copies, children and what depends on what ("Resource declaration")."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from arm_templates.evaluated import Evaluator
from arm_templates.scope import Scope
from arm_templates.values import Json, member_path, type_name

MOST_LEVELS = 5  # of children in children; ARM's types have no more
# What describes the deployment of a resource rather than the resource.
_DECLARATIVE = frozenset(
    {"type", "name", "apiversion", "condition", "copy", "dependson", "resources", "comments"}
)


@dataclass(frozen=True)
class Declaration:
    """One resource to deploy, its body not yet evaluated.

    `type` and `name` are whole (`Microsoft.Compute/galleries/images`, `gallery/image`), `id` the full ARM id.
    `group` is the copy loop that it comes from, `symbol` its symbolic name, each "" if it has none.
    """

    type: str
    name: str
    api_version: str
    id: str
    path: str
    depends_on: tuple[str, ...]
    group: str
    symbol: str
    scope: Scope
    written: dict[str, Json]

    def body(self, evaluator: Evaluator) -> dict[str, Json]:
        """Everything of the resource that goes into its request: location, tags, properties, …"""
        kept = {name: value for name, value in self.written.items() if name.lower() not in _DECLARATIVE}
        body = evaluator.value(kept, self.scope, self.path)
        return body if isinstance(body, dict) else {}


@dataclass(frozen=True)
class _Parent:
    type: str
    name: str
    id: str
    level: int


@dataclass(frozen=True)
class _Origin:
    """Where a declaration stands."""

    path: str
    symbol: str = ""
    group: str = ""
    parent: _Parent | None = None

    def at(self, name: str) -> str:
        return member_path(self.path, name)


def declared_resources(listed: Json, scope: Scope, evaluator: Evaluator) -> Iterator[Declaration]:
    """All resources, copies and children included, those whose condition is false left out."""
    if isinstance(listed, dict):  # languageVersion 2.0: by symbolic name
        for symbol, resource in listed.items():
            yield from _declared(resource, scope, evaluator, _Origin(f"resources.{symbol}", symbol))
    elif isinstance(listed, list):
        for index, resource in enumerate(listed):
            yield from _declared(resource, scope, evaluator, _Origin(f"resources[{index}]"))
    else:
        evaluator.faults.add("resources", f"must be an array, is {type_name(listed)}")


def _declared(resource: Json, scope: Scope, evaluator: Evaluator, origin: _Origin) -> Iterator[Declaration]:
    if not isinstance(resource, dict):
        evaluator.faults.add(origin.path, f"must be an object, is {type_name(resource)}")
    elif resource.get("existing") is True:
        return
    elif "copy" not in resource:
        yield from _one(resource, scope, evaluator, origin)
    else:
        loop = resource["copy"]
        group = str(loop.get("name", "")) if isinstance(loop, dict) else ""
        for turn in evaluator.turns(loop, scope, origin.at("copy")):
            yield from _one(resource, turn.scope, evaluator, replace(origin, group=group))


def _one(
    resource: dict[str, Json], scope: Scope, evaluator: Evaluator, origin: _Origin
) -> Iterator[Declaration]:
    if evaluator.value(resource.get("condition", True), scope, origin.at("condition")) is False:
        return
    here = _place(resource, scope, evaluator, origin)
    if here is None:
        return
    yield Declaration(
        type=here.type,
        name=here.name,
        api_version=evaluator.text(resource.get("apiVersion", ""), scope, origin.at("apiVersion")),
        id=here.id,
        path=origin.path,
        depends_on=_depends_on(resource, scope, evaluator, origin),
        group=origin.group,
        symbol=origin.symbol,
        scope=scope,
        written=resource,
    )
    children = resource.get("resources", [])
    for index, child in enumerate(children if isinstance(children, list) else []):
        inside = _Origin(f"{origin.path}.resources[{index}]", parent=here)
        yield from _declared(child, scope, evaluator, inside)


def _place(resource: dict[str, Json], scope: Scope, evaluator: Evaluator, origin: _Origin) -> _Parent | None:
    """Type, name and id; a child's are relative to its parent's unless they are written whole."""
    parent = origin.parent
    kind = evaluator.text(resource.get("type"), scope, origin.at("type"))
    name = evaluator.text(resource.get("name"), scope, origin.at("name"))
    if not kind or not name:
        return None
    if parent is not None and "/" not in kind:
        kind, name = f"{parent.type}/{kind}", f"{parent.name}/{name}"
    namespace, *types = kind.split("/")
    names = name.split("/")
    if not types or len(types) != len(names):
        parts = ", ".join(types) or "the type"
        evaluator.faults.add(origin.at("name"), f'"{name}" must have one part for each of {parts}')
        return None
    if parent is not None and parent.level >= MOST_LEVELS:
        evaluator.faults.add(origin.path, f"is a child more than {MOST_LEVELS} levels deep")
        return None
    pairs = "".join(f"/{each}/{its}" for each, its in zip(types, names, strict=True))
    resource_id = f"{scope.deployment.group_id}/providers/{namespace}{pairs}"
    return _Parent(kind, name, resource_id, parent.level + 1 if parent else 1)


def _depends_on(
    resource: dict[str, Json], scope: Scope, evaluator: Evaluator, origin: _Origin
) -> tuple[str, ...]:
    """What is written, and the parent."""
    above = (origin.parent.id,) if origin.parent else ()
    listed = evaluator.value(resource.get("dependsOn", []), scope, origin.at("dependsOn"))
    if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
        return (*(str(each) for each in listed), *above)
    evaluator.faults.add(origin.at("dependsOn"), "must be an array of strings")
    return above
