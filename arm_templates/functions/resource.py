"""Resource functions ("ARM template functions: resource" and "scope")."""

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json


@function("resourceGroup", 0, 0)
def resource_group(arguments: Arguments) -> Json:
    about = arguments.scope.deployment
    return {
        "id": about.group_id,
        "name": about.resource_group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": about.location,
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }


@function("subscription", 0, 0)
def subscription(arguments: Arguments) -> Json:
    about = arguments.scope.deployment
    return {
        "id": f"/subscriptions/{about.subscription_id}",
        "subscriptionId": about.subscription_id,
        "tenantId": about.tenant_id,
        "displayName": about.subscription_id,
    }


@function("tenant", 0, 0)
def tenant(arguments: Arguments) -> Json:
    return {"tenantId": arguments.scope.deployment.tenant_id}


@function("resourceId", 2, None)
def resource_id(arguments: Arguments) -> Json:
    """`resourceId([subscriptionId], [resourceGroupName], type, name, …)`; the type has a slash."""
    before, kind, names = _typed(arguments.texts(), "resourceId", most_before=2)
    about = arguments.scope.deployment
    group = before[-1] if before else about.resource_group
    subscription_id = before[0] if len(before) > 1 else about.subscription_id
    return f"/subscriptions/{subscription_id}/resourceGroups/{group}{_provider_path(kind, names)}"


@function("subscriptionResourceId", 2, None)
def subscription_resource_id(arguments: Arguments) -> Json:
    before, kind, names = _typed(arguments.texts(), "subscriptionResourceId", most_before=1)
    subscription_id = before[0] if before else arguments.scope.deployment.subscription_id
    return f"/subscriptions/{subscription_id}{_provider_path(kind, names)}"


@function("tenantResourceId", 2, None)
def tenant_resource_id(arguments: Arguments) -> Json:
    _, kind, names = _typed(arguments.texts(), "tenantResourceId", most_before=0)
    return _provider_path(kind, names)


@function("extensionResourceId", 3, None)
def extension_resource_id(arguments: Arguments) -> Json:
    """`extensionResourceId(resourceId, type, name, …)`."""
    base, kind, *names = arguments.texts()
    return f"{base}{_provider_path(kind, names)}"


@function("reference", 1, 3)
def reference(arguments: Arguments) -> Json:
    """A resource's properties, or with 'Full' the whole; its id, its name in this template, or its symbol."""
    scope = arguments.scope
    wanted = arguments.text(0)
    found = scope.symbols.get(wanted.lower(), wanted)
    if not found.startswith("/"):
        raise ExpressionError(f"argument 1: there is no resource {wanted!r} in this template")
    return scope.reference(found, arguments.text(1, ""), arguments.text(2, "").lower() == "full")


def _typed(texts: list[str], name: str, *, most_before: int) -> tuple[list[str], str, list[str]]:
    """What stands before the resource type, the type, and the names behind it."""
    at = next((index for index, text in enumerate(texts) if "/" in text), None)
    if at is None:
        raise ExpressionError("no argument is a resource type, such as Microsoft.Compute/galleries")
    if at > most_before:
        raise ExpressionError(f"{name} takes at most {most_before} arguments before the resource type")
    return texts[:at], texts[at], texts[at + 1 :]


def _provider_path(kind: str, names: list[str]) -> str:
    namespace, *types = kind.strip("/").split("/")
    if len(types) != len(names):
        raise ExpressionError(f"the type {kind} needs {len(types)} names, is given {len(names)}")
    pairs = "".join(f"/{segment}/{name}" for segment, name in zip(types, names, strict=True))
    return f"/providers/{namespace}{pairs}"
