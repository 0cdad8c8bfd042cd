"""The production worker's load checks: parameters and bindings agree, in name, direction and type.

Source: Registry.add_function of azure-functions-python-worker.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import azure.functions as func

from local.functions_host.settings import Json

from . import http_streams
from .converters import converter, has_implicit_output

Binding = dict[str, Json]


@dataclass(frozen=True)
class Signature:
    """Parameter name to binding type, for what goes in and what goes out."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    return_type: str | None = None
    wants_context: bool = False


def check_signature(user_code: Callable[..., object], bindings: list[Binding]) -> Signature:
    """How to call a function. Raises TypeError with the worker's reason when code and bindings disagree."""
    parameters = set(inspect.signature(user_code).parameters)
    annotations = typing.get_type_hints(user_code)
    bound = {str(b["name"]): b for b in bindings if b["name"] != "$return"}
    wants_context = _wants_context(parameters, bound, annotations)
    _check_names(parameters - ({"context"} if wants_context else set()), set(bound))
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for name, binding in bound.items():
        target = outputs if _direction(binding) == "OUT" else inputs
        target[name] = _binding_type(name, binding, annotations)
    return Signature(inputs, outputs, _return_type(bindings), wants_context)


def _direction(binding: Binding) -> str:
    direction = str(binding.get("direction", "IN")).upper()
    if direction == "INOUT":
        raise TypeError('"inout" bindings are not supported')
    return direction


def _wants_context(parameters: set[str], bound: Mapping[str, Binding], hints: Mapping[str, object]) -> bool:
    if "context" not in parameters or "context" in bound:
        return False
    annotation = hints.get("context", func.Context)
    if getattr(annotation, "__name__", "") != "Context":
        raise TypeError(
            f'the "context" parameter is expected to be of type azure.functions.Context, got {annotation!r}'
        )
    return True


def _check_names(parameters: set[str], bound: set[str]) -> None:
    if missing := parameters - bound:
        raise TypeError(
            f"parameters declared in Python but not in the function definition: {sorted(missing)}"
        )
    if extra := bound - parameters:
        raise TypeError(f"parameters declared in the function definition but not in Python: {sorted(extra)}")


def _binding_type(name: str, binding: Binding, annotations: Mapping[str, object]) -> str:
    declared = str(binding["type"])
    if name not in annotations:
        return declared
    annotation, is_out = _unwrap_out(annotations[name])
    goes_out = _direction(binding) == "OUT"
    if goes_out != is_out:
        raise TypeError(
            f"binding {name} has the direction {'out' if goes_out else 'in'}, but its annotation is "
            f"{'not ' if goes_out else ''}azure.functions.Out"
        )
    # Plain text or bytes needs no converter, except for triggers whose value is JSON whatever the annotation
    # says.
    plain = annotation in (str, bytes) and not has_implicit_output(declared)
    binding_type = "generic" if plain else declared
    if isinstance(annotation, type) and not _accepts(binding_type, annotation, goes_out):
        raise TypeError(
            f'type of {name} binding "{declared}" does not match its annotation "{annotation.__name__}"'
        )
    return binding_type


def _unwrap_out(annotation: object) -> tuple[object, bool]:
    if typing.get_origin(annotation) is func.Out:
        return typing.get_args(annotation)[0], True
    return annotation, annotation is func.Out


def _accepts(binding_type: str, annotation: type, goes_out: bool) -> bool:
    if binding_type == "httpTrigger" and http_streams.enabled():
        return http_streams.accepts(annotation)
    found = converter(binding_type)
    if goes_out:
        return found.check_output_type_annotation(annotation)
    return found.check_input_type_annotation(annotation)


def _return_type(bindings: list[Binding]) -> str | None:
    for binding in bindings:
        if binding["name"] == "$return":
            return str(binding["type"])
    for binding in bindings:
        if has_implicit_output(str(binding["type"])):
            return str(binding["type"])
    return None
