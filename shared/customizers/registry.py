"""Finds the customizers of this package, and reads, writes and runs whichever is meant."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

import shared.customizers
from shared.customizers.kind import CUSTOMIZE, VALIDATE, CustomizerKind, Role
from shared.domain.steps import Step
from shared.domain.template import Cache, Customizer, ImageTemplate
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader
from shared.reading.report import KILN_API_VERSION


@cache
def customizer_kinds() -> Mapping[str, CustomizerKind[Any]]:
    """The kinds by their `type`. `Any`: what fits one kind's model fits no other's."""
    names = [module.name for module in pkgutil.iter_modules(shared.customizers.__path__)]
    modules = [importlib.import_module(f"{shared.customizers.__name__}.{name}") for name in sorted(names)]
    kinds = [module.CUSTOMIZER for module in modules if hasattr(module, "CUSTOMIZER")]
    return MappingProxyType({kind.type: kind for kind in kinds})


def read_customizers(items: Sequence[ObjectReader], role: Role) -> tuple[Customizer, ...]:
    """The items of one list; those of an impossible type are reported and left out.

    Items for different operating systems are refused: no VM could run them all.
    """
    found: list[Customizer] = []
    first: tuple[str, str] | None = None
    for fields in items:
        customizer = _read_customizer(fields, role)
        if customizer is None:
            continue
        found.append(customizer)
        os_type = _kind(customizer).os_type(customizer)
        first = first or (os_type, fields.path)
        if os_type != first[0]:
            message = f"runs on {os_type} only, but {first[1]} on {first[0]} only"
            fields.problem_at("type", message, role.unsupported_type)
    return tuple(found)


def customizer_to_json(customizer: Customizer) -> JsonObject:
    """One item as AIB writes it."""
    own: JsonObject = {} if customizer.cache is Cache.ON else {"cache": customizer.cache.value}
    return {"type": customizer.type, **_kind(customizer).to_json(customizer), **own}


def steps_of(template: ImageTemplate) -> tuple[Step, ...]:
    """What runs in the build VM, in order."""
    return _steps(template.customize, CUSTOMIZE)


def validation_steps_of(template: ImageTemplate) -> tuple[Step, ...]:
    """What validates the image in a VM, in order."""
    return _steps(template.validation.validators if template.validation else (), VALIDATE)


def _steps(customizers: Sequence[Customizer], role: Role) -> tuple[Step, ...]:
    named = [
        replace(customizer, name=customizer.name or f"{role.place}[{index}]")
        for index, customizer in enumerate(customizers)
    ]
    return tuple(
        replace(_kind(customizer).step(index, customizer), cache=customizer.cache)
        for index, customizer in enumerate(named)
    )


def _kind(customizer: Customizer) -> CustomizerKind[Any]:
    return customizer_kinds()[customizer.type]


def _read_customizer(fields: ObjectReader, role: Role) -> Customizer | None:
    """None, and reported, if the item's type is none that has this role."""
    written = fields.required_text("type", code=role.bad_type)
    kind = _kinds_in(role, kilns_own=fields.report.kilns_own).get(written)
    if kind is not None:
        customizer: Customizer = kind.read(fields, role)
        return replace(customizer, cache=_read_cache(fields)) if role is CUSTOMIZE else customizer
    fields.skip_unknown_fields()
    if written:
        fields.problem_at("type", _type_fault(written, role, fields.report.kilns_own), role.bad_type)
    return None


def _read_cache(fields: ObjectReader) -> Cache:
    if not fields.reads_own("cache"):
        return Cache.ON
    return Cache(fields.choice("cache", tuple(Cache), default=Cache.ON))


def _kinds_in(role: Role, *, kilns_own: bool) -> dict[str, CustomizerKind[Any]]:
    return {
        name: kind
        for name, kind in customizer_kinds().items()
        if (kind.validates or role is CUSTOMIZE) and (kilns_own or not kind.kilns_own)
    }


def _type_fault(written: str, role: Role, kilns_own: bool) -> str:
    names = sorted(_kinds_in(role, kilns_own=kilns_own))
    if not kilns_own and written in _kinds_in(role, kilns_own=True):
        return f"is a type of Kiln's own; it is read where apiVersion is {KILN_API_VERSION}"
    right = next((name for name in names if name.lower() == written.lower()), None)
    return f'did you mean "{right}"? Case counts' if right else f"must be one of {', '.join(names)}"
