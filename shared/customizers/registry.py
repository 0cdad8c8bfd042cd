"""Finds the customizers of this package."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import shared.customizers
from shared.customizers.kind import CustomizerKind
from shared.domain.steps import Step
from shared.domain.template import Customizer, ImageTemplate
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader

# AIB's types; one that no module here defines is refused as not supported yet, others as unknown.
AIB_TYPES = ("Shell", "PowerShell", "File", "WindowsRestart", "WindowsUpdate")


@cache
def customizer_kinds() -> Mapping[str, CustomizerKind[Any]]:
    """The kinds by their `type`. `Any`: what fits one kind's model fits no other's."""
    names = [module.name for module in pkgutil.iter_modules(shared.customizers.__path__)]
    modules = [importlib.import_module(f"{shared.customizers.__name__}.{name}") for name in sorted(names)]
    kinds = [module.CUSTOMIZER for module in modules if hasattr(module, "CUSTOMIZER")]
    return MappingProxyType({kind.type: kind for kind in kinds})


def read_customizer(fields: ObjectReader) -> Customizer | None:
    """One item of `customize`; None, and reported, if its type is none that can be run."""
    written = fields.required_text("type", code="BadCustomizerType")
    kind = customizer_kinds().get(written)
    if kind is not None:
        customizer: Customizer = kind.read(fields)
        return customizer
    fields.skip_unknown_fields()
    if written:
        _refuse_type(fields, written)
    return None


def customizer_to_json(customizer: Customizer) -> JsonObject:
    """One item of `customize` as AIB writes it."""
    return {"type": customizer.type, **customizer_kinds()[customizer.type].to_json(customizer)}


def steps_of(template: ImageTemplate) -> tuple[Step, ...]:
    """What runs in the build VM, in order."""
    return tuple(
        customizer_kinds()[customizer.type].step(index, customizer)
        for index, customizer in enumerate(template.customize)
    )


def _refuse_type(fields: ObjectReader, written: str) -> None:
    right = next((name for name in AIB_TYPES if name.lower() == written.lower()), None)
    if written in AIB_TYPES:
        fields.problem_at(
            "type", f"{written} customizers are not supported by Kiln yet", "UnsupportedCustomizerType"
        )
    elif right:
        fields.problem_at("type", f'did you mean "{right}"? Case counts', "BadCustomizerType")
    else:
        fields.problem_at("type", f"must be one of {', '.join(AIB_TYPES)}", "BadCustomizerType")
