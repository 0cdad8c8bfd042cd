"""The app's functions as the host runs them: settings filled in, disabled ones left out, kinds checked."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from .errors import LoadError
from .functions import Binding, FunctionMetadata
from .settings import resolve

log = logging.getLogger("Host.Functions")
_TRIGGERS = frozenset(
    {
        "httpTrigger",
        "timerTrigger",
        "queueTrigger",
        "serviceBusTrigger",
        "orchestrationTrigger",
        "activityTrigger",
        "entityTrigger",
    }
)
# In these a percent sign is part of the value, never a setting.
_LITERAL = frozenset({"name", "direction", "type", "methods", "authLevel", "connection"})


def runnable(
    functions: Iterable[FunctionMetadata], settings: Mapping[str, str]
) -> dict[str, FunctionMetadata]:
    """By name. Raises LoadError for a setting that is missing or a trigger this host does not have."""
    kept = {}
    for function in functions:
        if settings.get(f"AzureWebJobs.{function.name}.Disabled", "").lower() in ("true", "1"):
            log.info("function '%s' is disabled", function.name)
            continue
        if function.kind not in _TRIGGERS:
            raise LoadError(
                f"function '{function.name}': trigger '{function.kind}' is not implemented by this host; "
                f"disable the function with the setting AzureWebJobs.{function.name}.Disabled=true"
            )
        bindings = [_resolved(function.name, binding, settings) for binding in function.bindings]
        kept[function.name] = replace(function, bindings=bindings)
    return kept


def _resolved(name: str, binding: Binding, settings: Mapping[str, str]) -> Binding:
    place = f"function '{name}': binding '{binding['name']}'"
    return cast(
        "Binding",
        {
            key: resolve(value, settings, f"{place}: {key}")
            if isinstance(value, str) and key not in _LITERAL
            else value
            for key, value in binding.items()
        },
    )
