"""Microsoft's published resource types as JSON Schema, and the recorded bodies checked against them.

The types are Bicep's `types.json`: a flat list whose entries refer to each other by index (`#/7`). Property
flags are 1 required, 2 read-only, 4 write-only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

FOLDER = Path(__file__).parents[4] / "shared" / "contracts"
REQUIRED, READ_ONLY, WRITE_ONLY = 1, 2, 4
AREAS = {
    "microsoft.compute": "compute",
    "microsoft.network": "network",
    "microsoft.virtualmachineimages": "imagebuilder",
}
TRACKED_PATH = re.compile(r"/providers/(?P<namespace>[^/]+)/(?P<rest>.+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Violation:
    method: str
    direction: str
    type_name: str
    problem: str


def check(exchanges: Iterable[dict[str, Any]]) -> tuple[int, list[Violation]]:
    """How many bodies were compared, and what is wrong with them."""
    compared = 0
    violations: list[Violation] = []
    for exchange in exchanges:
        for direction, type_name, body in _bodies(exchange):
            validator = find_validator(type_name, exchange["query"].get("api-version", ""), direction)
            if validator is None:
                continue
            compared += 1
            violations += [
                Violation(exchange["method"], direction, type_name, _explain(error))
                for error in validator.iter_errors(_without_nulls(body))
            ]
    return compared, violations


def _bodies(exchange: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(direction, type, body) of the resources in an exchange that succeeded."""
    match = TRACKED_PATH.search(exchange["path"])
    if not match or exchange["status"] >= 300 or "/locations/" in exchange["path"]:
        return
    parts = match["rest"].split("/")
    name_missing = len(parts) % 2 == 1
    type_name = "/".join([match["namespace"], *parts[0::2]])
    response = exchange["response"]
    if exchange["method"] == "PUT" and isinstance(exchange["request"], dict):
        yield "request", type_name, {**exchange["request"], "name": parts[-1]}
    if exchange["method"] in ("GET", "PUT", "PATCH") and isinstance(response, dict):
        rows = response.get("value", []) if name_missing else [response]
        for row in rows:
            yield "response", type_name, row


@cache
def find_validator(type_name: str, api_version: str, direction: str) -> Draft202012Validator | None:
    """That of the api-version, or of the nearest older one; None when Microsoft's types have no such type."""
    area = AREAS.get(type_name.split("/", maxsplit=1)[0].lower(), "none")
    versions = {file.stem.removeprefix(f"{area}-"): file for file in sorted(FOLDER.glob(f"{area}-*.json"))}
    having = {version: file for version, file in versions.items() if type_name.lower() in _resources(file)}
    if not having:
        return None
    nearest = max((v for v in having if v <= api_version), default=min(having))
    return Draft202012Validator(_Converter(_types(having[nearest]), direction).schema(type_name))


@cache
def _types(file: Path) -> list[dict[str, Any]]:
    types: list[dict[str, Any]] = json.loads(file.read_text())
    return types


@cache
def _resources(file: Path) -> dict[str, int]:
    return {
        entry["name"].split("@")[0].lower(): _index(entry["body"])
        for entry in _types(file)
        if entry["$type"] == "ResourceType"
    }


def _index(reference: dict[str, str]) -> int:
    return int(reference["$ref"].removeprefix("#/"))


class _Converter:
    """Bicep types to JSON Schema, as one direction sees them."""

    def __init__(self, types: list[dict[str, Any]], direction: str) -> None:
        self._types = types
        self._hidden = READ_ONLY if direction == "request" else WRITE_ONLY
        self._definitions: dict[str, Any] = {}

    def schema(self, type_name: str) -> dict[str, Any]:
        wanted = type_name.lower()
        body = next(
            entry["body"]
            for entry in self._types
            if entry["$type"] == "ResourceType" and entry["name"].split("@")[0].lower() == wanted
        )
        return {**self._reference(body), "$defs": self._definitions}

    def _reference(self, reference: dict[str, str]) -> dict[str, Any]:
        key = str(_index(reference))
        if key not in self._definitions:
            self._definitions[key] = {}  # types refer to themselves
            self._definitions[key] = self._convert(self._types[int(key)])
        return {"$ref": f"#/$defs/{key}"}

    def _convert(self, entry: dict[str, Any]) -> dict[str, Any]:
        match entry["$type"]:
            case "StringType":
                return self._string(entry)
            case "StringLiteralType":
                return {"type": "string", "pattern": f"(?i)^{re.escape(entry['value'])}$"}
            case "IntegerType":
                return {"type": "integer", **_renamed(entry, {"minValue": "minimum", "maxValue": "maximum"})}
            case "BooleanType":
                return {"type": "boolean"}
            case "NullType":
                return {"type": "null"}
            case "ArrayType":
                return {"type": "array", "items": self._reference(entry["itemType"])}
            case "UnionType":
                return {"anyOf": [self._reference(element) for element in entry["elements"]]}
            case "ObjectType":
                return self._object(entry["properties"], entry.get("additionalProperties"))
            case "DiscriminatedObjectType":
                return self._discriminated(entry)
        return {}  # AnyType

    def _string(self, entry: dict[str, Any]) -> dict[str, Any]:
        schema = {"type": "string", **_renamed(entry, {"minLength": "minLength", "maxLength": "maxLength"})}
        if "pattern" in entry:
            # JavaScript takes `[\w-.]`; Python wants the hyphen escaped.
            schema["pattern"] = re.sub(r"(\\[wd])-(?=[^\]])", r"\1\\-", entry["pattern"])
        return schema

    def _object(self, properties: dict[str, Any], others: dict[str, str] | None) -> dict[str, Any]:
        shown = {
            name: entry for name, entry in properties.items() if not entry.get("flags", 0) & self._hidden
        }
        return {
            "type": "object",
            "properties": {name: self._reference(entry["type"]) for name, entry in shown.items()},
            "required": [name for name, entry in shown.items() if entry.get("flags", 0) & REQUIRED],
            "additionalProperties": self._reference(others) if others else False,
        }

    def _discriminated(self, entry: dict[str, Any]) -> dict[str, Any]:
        choices = []
        for value, reference in entry["elements"].items():
            own = self._types[_index(reference)]["properties"]
            choice = self._object({**entry["baseProperties"], **own}, None)
            choice["properties"][entry["discriminator"]] = {"pattern": f"(?i)^{re.escape(value)}$"}
            choices.append(choice)
        return {"oneOf": choices}


def _renamed(entry: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {new: entry[old] for old, new in names.items() if old in entry}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _explain(error: ValidationError) -> str:
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    path = ".".join(map(str, error.absolute_path))
    return f"{path}: {error.message[:200]}"
