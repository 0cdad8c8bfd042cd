"""Microsoft's description of the image template, as places like `properties.customize[](Shell).inline[]`.

The description is a list of types that refer to each other by index (Azure/bicep-types-az). It is not part
of the project; the tests that use it skip where it is not beside it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "imagebuilder-2025-10-01.json"
TEMPLATE = "Microsoft.VirtualMachineImages/imageTemplates"


def contract_places() -> list[str]:
    """Every property of the template, each object before its members."""
    if not CONTRACT.exists():
        pytest.skip(f"{CONTRACT} is not there: Microsoft's description of the API is not part of Kiln")
    types: list[dict[str, Any]] = json.loads(CONTRACT.read_text())
    body = next(kind for kind in types if kind.get("name") == TEMPLATE)
    return list(dict.fromkeys(_members(types, body, "")))


def _members(types: list[dict[str, Any]], kind: dict[str, Any], path: str) -> Iterator[str]:
    for name, described in {**kind.get("baseProperties", {}), **kind.get("properties", {})}.items():
        place = f"{path}.{name}" if path else name
        yield place
        yield from _inside(types, described["type"], place)
    if "additionalProperties" in kind:
        yield from _inside(types, kind["additionalProperties"], f"{path}.*")


def _inside(types: list[dict[str, Any]], reference: dict[str, str], path: str) -> Iterator[str]:
    kind = types[int(reference["$ref"].rpartition("/")[2])]
    match kind["$type"]:
        case "ObjectType":
            yield from _members(types, kind, path)
        case "ArrayType":
            yield from _inside(types, kind["itemType"], f"{path}[]")
        case "DiscriminatedObjectType":
            yield from _members(types, kind, path)
            for name, variant in kind["elements"].items():
                yield from _inside(types, variant, f"{path}({name})")
