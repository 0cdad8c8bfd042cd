"""The values of ARM's template language: JSON's, and how its documents call their types."""

from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


def type_name(value: object) -> str:
    """The type's name in ARM's documents."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "lambda expression"


def find_member(value: dict[str, Json], name: str) -> str | None:
    """The member's name as it is written: ARM looks names up without regard to case."""
    if name in value:
        return name
    lower = name.lower()
    return next((key for key in value if key.lower() == lower), None)


def member_path(path: str, name: str) -> str:
    """The place of a member of what stands at `path`."""
    return f"{path}.{name}" if path else name
