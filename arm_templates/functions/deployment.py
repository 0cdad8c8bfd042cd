"""What an expression may ask about its deployment ("ARM template functions: deployment")."""

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json


@function("parameters", 1, 1)
def parameters(arguments: Arguments) -> Json:
    if arguments.scope.parameter is None:
        raise ExpressionError("no parameter can be used here")
    return arguments.scope.parameter(arguments.text(0))


@function("variables", 1, 1)
def variables(arguments: Arguments) -> Json:
    if arguments.scope.variable is None:
        raise ExpressionError("no variable can be used here")
    return arguments.scope.variable(arguments.text(0))


@function("deployment", 0, 0)
def deployment(arguments: Arguments) -> Json:
    about = arguments.scope.deployment
    return {"name": about.name, "location": about.location, "properties": {}}


@function("environment", 0, 0)
def environment(_arguments: Arguments) -> Json:
    """The public cloud's; of the many members those that templates use."""
    return {
        "name": "AzureCloud",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
        },
        "suffixes": {
            "keyvaultDns": ".vault.azure.net",
            "storage": "core.windows.net",
            "sqlServerHostname": ".database.windows.net",
            "acrLoginServer": ".azurecr.io",
        },
    }


@function("copyIndex", 0, 2)
def copy_index(arguments: Arguments) -> Json:
    """`copyIndex()`, `copyIndex(offset)`, `copyIndex('loop')` or `copyIndex('loop', offset)`."""
    scope = arguments.scope
    named = len(arguments) > 0 and isinstance(arguments.json(0), str)
    loop = arguments.text(0).lower() if named else scope.current_copy
    if loop not in scope.copies:
        raise ExpressionError(
            f"there is no copy loop {loop!r} around it" if named else "is outside of a copy loop"
        )
    return scope.copies[loop] + arguments.integer(int(named), 0)
