"""The app's functions: asked for once in a process, because the SDK counts their names each time."""

from functools import cache
from typing import Any

from function_app import app


@cache
def http_functions() -> dict[str, Any]:
    """The functions with an HTTP trigger, by name."""
    triggers = {each.get_function_name(): (each, each.get_trigger()) for each in app.get_functions()}
    return {
        name: each for name, (each, trigger) in triggers.items() if trigger and trigger.type == "httpTrigger"
    }
