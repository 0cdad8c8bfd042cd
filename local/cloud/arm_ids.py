"""Resource ids and request paths of Azure Resource Manager.

    /subscriptions/S/resourceGroups/G/providers/NAMESPACE/type1/name1/type2/name2[/collection-or-action]

Ids compare without regard to case (`key`); their spelling is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

RESOURCE_GROUP_TYPE = "Microsoft.Resources/resourceGroups"


@dataclass(frozen=True)
class ArmId:
    """The id of a resource group (no namespace) or of a resource in one."""

    subscription: str
    resource_group: str
    namespace: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
        return f"{group}/providers/{self.relative}" if self.namespace else group

    @property
    def key(self) -> str:
        return str(self).lower()

    @property
    def relative(self) -> str:
        """`Microsoft.Network/virtualNetworks/vnet/subnets/default`, as error messages name it."""
        pairs = chain.from_iterable(zip(self.types, self.names, strict=True))
        return "/".join((self.namespace, *pairs))

    @property
    def type(self) -> str:
        return "/".join((self.namespace, *self.types)) if self.namespace else RESOURCE_GROUP_TYPE

    @property
    def name(self) -> str:
        return self.names[-1] if self.names else self.resource_group

    @property
    def is_resource_group(self) -> bool:
        return not self.namespace

    @property
    def group(self) -> ArmId:
        return ArmId(self.subscription, self.resource_group)

    @property
    def parent(self) -> ArmId:
        """The enclosing resource; of a top-level resource its resource group."""
        if len(self.names) <= 1:
            return self.group
        return replace(self, types=self.types[:-1], names=self.names[:-1])

    def child(self, type_name: str, name: str) -> ArmId:
        return replace(self, types=(*self.types, type_name), names=(*self.names, name))

    def sibling(self, full_type: str, name: str) -> ArmId:
        """A top-level resource in the same group: `full_type` is `Namespace/type`."""
        namespace, type_name = full_type.split("/")
        return replace(self, namespace=namespace, types=(type_name,), names=(name,))

    def spelled_as(self, full_type: str) -> ArmId:
        """The same id with namespace and types in the registered spelling."""
        namespace, *types = full_type.split("/")
        return replace(self, namespace=namespace, types=tuple(types)) if self.namespace else self


@dataclass(frozen=True)
class ArmPath:
    """A request path: a resource (or a scope), then perhaps the name of a collection or an action."""

    subscription: str = ""
    resource_group: str = ""
    namespace: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tail: str = ""

    @property
    def collection_type(self) -> str:
        """The type that `tail` lists, if it is a collection."""
        return "/".join((self.namespace, *self.types, self.tail))

    @property
    def id(self) -> ArmId:
        return ArmId(self.subscription, self.resource_group, self.namespace, self.types, self.names)


def parse_path(path: str) -> ArmPath:
    """Takes a request path apart; parts that are not there stay empty."""
    parts = [part for part in path.split("/") if part]
    subscription = resource_group = namespace = tail = ""
    if len(parts) > 1 and parts[0].lower() == "subscriptions":
        subscription, parts = parts[1], parts[2:]
    if len(parts) > 1 and parts[0].lower() == "resourcegroups":
        resource_group, parts = parts[1], parts[2:]
    if len(parts) > 1 and parts[0].lower() == "providers":
        namespace, parts = parts[1], parts[2:]
    if len(parts) % 2:
        parts, tail = parts[:-1], parts[-1]
    return ArmPath(subscription, resource_group, namespace, tuple(parts[0::2]), tuple(parts[1::2]), tail)


def parse_id(text: str) -> ArmId:
    """The id of a resource or resource group. Raises ValueError with the text when it is not one."""
    path = parse_path(text)
    is_group = path.resource_group and not path.namespace and not path.names
    if path.tail or not path.resource_group or not (is_group or (path.namespace and path.names)):
        raise ValueError(f"not a resource id: {text!r}")
    return path.id
