"""TypedData to the arguments user code sees, and back, through azure-functions' own converters.

The converters are the library's; only `generic` is not shipped there and follows the production worker.
"""

import json
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Protocol, cast

from azure.functions import meta

from local.functions_host.typed_data import Named, TypedData, Wire


class Converter(Protocol):
    """What azure-functions' converter classes have in common (class methods there)."""

    def check_input_type_annotation(self, pytype: type) -> bool: ...
    def check_output_type_annotation(self, pytype: type) -> bool: ...
    def has_implicit_output(self) -> bool: ...
    def has_trigger_support(self) -> bool: ...
    def decode(self, data: meta.Datum, *, trigger_metadata: dict[str, meta.Datum] | None) -> object: ...
    def encode(self, obj: object, *, expected_type: type | None) -> meta.Datum | None: ...


class GenericConverter:
    """A binding whose parameter is plain text or bytes, or whose type the library does not know."""

    def check_input_type_annotation(self, pytype: type) -> bool:
        return issubclass(pytype, str | bytes)

    def check_output_type_annotation(self, pytype: type) -> bool:
        return issubclass(pytype, str | bytes | bytearray)

    def has_implicit_output(self) -> bool:
        return False

    def has_trigger_support(self) -> bool:
        return False

    def decode(self, data: meta.Datum, *, trigger_metadata: dict[str, meta.Datum] | None) -> object:
        del trigger_metadata
        return None if data is None else cast("object", data.value)

    def encode(self, obj: object, *, expected_type: type | None) -> meta.Datum:
        del expected_type
        if obj is None:
            return meta.Datum(value=None, type=None)
        if isinstance(obj, bytes | bytearray):
            return meta.Datum(value=bytes(obj), type="bytes")
        if isinstance(obj, str):
            return meta.Datum(value=obj, type="string")
        return meta.Datum(value=json.dumps(obj), type="json")


_GENERIC = GenericConverter()


def converter(binding_type: str) -> Converter:
    found = meta.get_binding_registry().get(binding_type)
    return _GENERIC if found is None else cast("Converter", found)


def has_implicit_output(binding_type: str) -> bool:
    """Whether the function's return value goes out by its trigger (activities, orchestrators, entities)."""
    found = getattr(converter(binding_type), "has_implicit_output", None)
    return bool(found and found())


def to_datum(data: TypedData) -> meta.Datum:
    """Wire form to the library's Datum."""
    kind, value = next(iter(data.items()), ("none", None))
    if kind == "none":
        return meta.Datum(value=None, type=None)
    if kind == "http":
        return meta.Datum(value=_http_request(cast("dict[str, Wire]", value)), type="http")
    if kind.startswith("collection_"):
        # As of protobuf: the list is a field that has its kind's name.
        return meta.Datum(value=SimpleNamespace(**{kind.removeprefix("collection_"): value}), type=kind)
    return meta.Datum(value=value, type=kind)


def _http_request(request: dict[str, Wire]) -> dict[str, object]:
    def texts(name: str) -> dict[str, meta.Datum]:
        given = cast("dict[str, str]", request[name])
        return {key: meta.Datum(value=text, type="string") for key, text in given.items()}

    return {
        "method": meta.Datum(value=request["method"], type="string"),
        "url": meta.Datum(value=request["url"], type="string"),
        "headers": texts("headers"),
        "query": texts("query"),
        "params": texts("params"),
        "body": to_datum(cast("TypedData", request["body"])),
    }


def to_named_datums(data: Named) -> dict[str, meta.Datum]:
    return {name: to_datum(value) for name, value in data.items()}


def from_datum(datum: meta.Datum | None) -> TypedData:
    """The library's Datum to wire form."""
    if datum is None or datum.type is None or datum.value is None:
        return {"none": None}
    if datum.type == "bytes":
        return {"bytes": bytes(datum.value)}
    if datum.type == "http":
        return {"http": _http_response(datum.value)}
    if datum.type in ("string", "json", "int", "double"):
        return {datum.type: datum.value}
    return {"json": json.dumps(datum.value)}


def _http_response(value: dict[str, object]) -> dict[str, Wire]:
    headers = cast("dict[str, meta.Datum]", value["headers"])
    cookies = cast("list[SimpleCookie] | None", value.get("cookies")) or []
    return {
        "statusCode": cast("meta.Datum", value["status_code"]).value,
        "headers": {name: datum.value for name, datum in headers.items()},
        "cookies": [morsel.OutputString() for cookie in cookies for morsel in cookie.values()],
        "body": cast("Wire", from_datum(cast("meta.Datum", value["body"]))),
    }
