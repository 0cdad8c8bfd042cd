"""The types of JSON that is written out again."""

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]


def without_empty(members: JsonObject) -> JsonObject:
    """Drops the members that say nothing: None, "", [] and {}."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def string_map(texts: dict[str, str]) -> JsonObject:
    """A map of texts as JSON (a dict's value type is invariant, so the type checker needs the copy)."""
    return dict(texts)
