"""String functions ("ARM template functions: string"); those that take arrays too are in `array`."""

import base64
import binascii
import json
import re
import uuid
from urllib.parse import quote, unquote, urljoin

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.number_format import format_item
from arm_templates.unique_string import unique_string
from arm_templates.values import Json

# Bicep's documentation of guid(): a name-based UUID (version 5) in this namespace.
GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_ITEM = re.compile(r"\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^{}]*))?\}")
_DATA_URI = re.compile(r"data:[^,]*?(;base64)?,(.*)", re.DOTALL)


@function("string", 1, 1)
def string(arguments: Arguments) -> Json:
    value = arguments.json(0)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@function("format", 1, None)
def format_(arguments: Arguments) -> Json:
    """.NET's composite formatting: `{0}`, `{1,10}`, `{2:D3}`."""
    values = arguments.all(1)

    def replaced(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        if int(match[1]) >= len(values):
            raise ExpressionError(f"there is no argument for {match[0]}")
        text = format_item(values[int(match[1])], match[3] or "")
        width = int(match[2] or 0)
        return text.rjust(width) if width > 0 else text.ljust(-width)

    return _ITEM.sub(replaced, arguments.text(0))


@function("toLower", 1, 1)
def to_lower(arguments: Arguments) -> Json:
    return arguments.text(0).lower()


@function("toUpper", 1, 1)
def to_upper(arguments: Arguments) -> Json:
    return arguments.text(0).upper()


@function("trim", 1, 1)
def trim(arguments: Arguments) -> Json:
    return arguments.text(0).strip()


@function("replace", 3, 3)
def replace(arguments: Arguments) -> Json:
    text, old, new = arguments.texts()
    return text.replace(old, new) if old else text


@function("split", 2, 2)
def split(arguments: Arguments) -> Json:
    """The delimiter is a string, or an array of strings any of which splits."""
    given = arguments.json(1)
    delimiters = [given] if isinstance(given, str) else arguments.array(1)
    parts = [re.escape(str(delimiter)) for delimiter in delimiters if delimiter]
    text = arguments.text(0)
    return list(re.split("|".join(parts), text)) if parts else [text]


@function("join", 2, 2)
def join(arguments: Arguments) -> Json:
    return arguments.text(1).join(format_item(item, "") for item in arguments.array(0))


@function("startsWith", 2, 2)
def starts_with(arguments: Arguments) -> Json:
    """Without regard to case, as `endsWith`."""
    return arguments.text(0).lower().startswith(arguments.text(1).lower())


@function("endsWith", 2, 2)
def ends_with(arguments: Arguments) -> Json:
    return arguments.text(0).lower().endswith(arguments.text(1).lower())


@function("substring", 1, 3)
def substring(arguments: Arguments) -> Json:
    text = arguments.text(0)
    start = arguments.integer(1, 0)
    length = arguments.integer(2, len(text) - start)
    if not 0 <= start <= len(text) or not 0 <= length <= len(text) - start:
        raise ExpressionError(
            f"characters {start} to {start + length} are not all in a string of {len(text)}"
        )
    return text[start : start + length]


@function("padLeft", 2, 3)
def pad_left(arguments: Arguments) -> Json:
    filler = arguments.text(2, " ")
    if len(filler) != 1:
        raise ExpressionError("argument 3 must be one character")
    return format_item(arguments.json(0), "").rjust(arguments.integer(1), filler)


@function("guid", 1, None)
def guid(arguments: Arguments) -> Json:
    return str(uuid.uuid5(GUID_NAMESPACE, "-".join(arguments.texts())))


@function("newGuid", 0, 0)
def new_guid(arguments: Arguments) -> Json:
    """Only in the default value of a parameter, as in ARM."""
    if not arguments.scope.in_default_value:
        raise ExpressionError("is allowed in the default value of a parameter alone")
    return arguments.scope.new_guid()


@function("uniqueString", 1, None)
def unique_string_(arguments: Arguments) -> Json:
    return unique_string(*arguments.texts())


@function("base64", 1, 1)
def base64_(arguments: Arguments) -> Json:
    return base64.b64encode(arguments.text(0).encode()).decode()


@function("base64ToString", 1, 1)
def base64_to_string(arguments: Arguments) -> Json:
    return _decoded(arguments.text(0))


@function("base64ToJson", 1, 1)
def base64_to_json(arguments: Arguments) -> Json:
    try:
        value: Json = json.loads(_decoded(arguments.text(0)))
    except (ValueError, RecursionError) as error:
        raise ExpressionError(f"argument 1 holds no JSON: {error}") from error
    return value


@function("dataUri", 1, 1)
def data_uri(arguments: Arguments) -> Json:
    return f"data:text/plain;charset=utf8;base64,{base64.b64encode(arguments.text(0).encode()).decode()}"


@function("dataUriToString", 1, 1)
def data_uri_to_string(arguments: Arguments) -> Json:
    match = _DATA_URI.fullmatch(arguments.text(0))
    if match is None:
        raise ExpressionError("argument 1 is no data URI")
    return _decoded(match[2]) if match[1] else unquote(match[2])


@function("uri", 2, 2)
def uri(arguments: Arguments) -> Json:
    return urljoin(arguments.text(0), arguments.text(1))


@function("uriComponent", 1, 1)
def uri_component(arguments: Arguments) -> Json:
    return quote(arguments.text(0), safe="-_.~!*'()")


@function("uriComponentToString", 1, 1)
def uri_component_to_string(arguments: Arguments) -> Json:
    return unquote(arguments.text(0))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ExpressionError(f"argument 1 holds no text in base64: {error}") from error
