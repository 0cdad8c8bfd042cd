"""How the JSON types are called when one stands where another belongs."""


def kind_of(value: object) -> str:
    """The JSON type of a value as a user calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return type(value).__name__
