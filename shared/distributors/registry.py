"""Finds the distributors of this package."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import shared.distributors
from shared.distributors.kind import Common, DistributorKind, Home
from shared.domain.template import Distributor
from shared.reading.json_value import JsonObject, string_map, without_empty
from shared.reading.names import template_name
from shared.reading.object_reader import ObjectReader
from shared.reading.tags import read_tags


@cache
def distributor_kinds() -> Mapping[str, DistributorKind[Any]]:
    """The kinds by their `type`. `Any`: what fits one kind's model fits no other's."""
    names = [module.name for module in pkgutil.iter_modules(shared.distributors.__path__)]
    modules = [importlib.import_module(f"{shared.distributors.__name__}.{name}") for name in sorted(names)]
    kinds = [module.DISTRIBUTOR for module in modules if hasattr(module, "DISTRIBUTOR")]
    return MappingProxyType({kind.type: kind for kind in kinds})


def read_distributor(fields: ObjectReader, home: Home) -> Distributor | None:
    """One item of `distribute`; None, and reported, if its type is none that can be done."""
    written = fields.required_text("type", code="BadDistributeType")
    kind = distributor_kinds().get(written)
    # Read before the type is judged: every distributor has a name, and no two have the same.
    common = Common(
        fields.required_text("runOutputName", rule=template_name), read_tags(fields, "artifactTags")
    )
    if kind is not None:
        distributor: Distributor = kind.read(fields, common, home)
        return distributor
    fields.skip_unknown_fields()
    if written:
        _refuse_type(fields, written)
    return None


def distributor_to_json(distributor: Distributor) -> JsonObject:
    """One item of `distribute` as AIB writes it."""
    common = without_empty(
        {"runOutputName": distributor.run_output_name, "artifactTags": string_map(distributor.artifact_tags)}
    )
    return {"type": distributor.type, **common, **distributor_kinds()[distributor.type].to_json(distributor)}


def _refuse_type(fields: ObjectReader, written: str) -> None:
    names = tuple(distributor_kinds())
    right = next((name for name in names if name.lower() == written.lower()), None)
    message = f'did you mean "{right}"? Case counts' if right else f"must be one of {', '.join(names)}"
    fields.problem_at("type", message, "BadDistributeType")
