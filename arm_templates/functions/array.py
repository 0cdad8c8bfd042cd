"""Array functions ("ARM template functions: array"), also where they take strings or objects."""

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json, find_member

MOST_ELEMENTS = 10_000  # of a range, as in ARM


@function("array", 1, 1)
def array(arguments: Arguments) -> Json:
    value = arguments.json(0)
    return value if isinstance(value, list) else [value]


@function("createArray", 0, None)
def create_array(arguments: Arguments) -> Json:
    return arguments.all()


@function("concat", 0, None)
def concat(arguments: Arguments) -> Json:
    """Arrays to one array, or simple values to one string."""
    values = arguments.all()
    if any(isinstance(value, list) for value in values):
        return [item for position in range(len(values)) for item in arguments.array(position)]
    return "".join(_simple(arguments, position) for position in range(len(values)))


def _simple(arguments: Arguments, position: int) -> str:
    match arguments.json(position):
        case bool() as value:
            return str(value)  # .NET writes True and False
        case str() | int() | float() as value:
            return str(value)
        case value:
            raise arguments.fault(position, "must be a string, an int or a bool", value)


@function("contains", 2, 2)
def contains(arguments: Arguments) -> Json:
    """Of strings with regard to case, of an object's members without."""
    match arguments.json(0):
        case str() as text:
            return str(arguments.json(1)) in text
        case list() as items:
            return any(same(item, arguments.json(1)) for item in items)
        case dict() as members:
            return find_member(members, arguments.text(1)) is not None
        case value:
            raise arguments.fault(0, "must be a string, an array or an object", value)


@function("empty", 1, 1)
def empty(arguments: Arguments) -> Json:
    match arguments.json(0):
        case None:
            return True
        case str() | list() | dict() as value:
            return not value
        case value:
            raise arguments.fault(0, "must be a string, an array or an object", value)


@function("first", 1, 1)
def first(arguments: Arguments) -> Json:
    return _end(arguments, 0)


@function("last", 1, 1)
def last(arguments: Arguments) -> Json:
    return _end(arguments, -1)


def _end(arguments: Arguments, index: int) -> Json:
    match arguments.json(0):
        case str() as text:
            return text[index] if text else ""
        case list() as items:
            return items[index] if items else None
        case value:
            raise arguments.fault(0, "must be a string or an array", value)


@function("length", 1, 1)
def length(arguments: Arguments) -> Json:
    match arguments.json(0):
        case str() | list() | dict() as value:
            return len(value)
        case value:
            raise arguments.fault(0, "must be a string, an array or an object", value)


@function("skip", 2, 2)
def skip(arguments: Arguments) -> Json:
    count = max(arguments.integer(1), 0)
    return _sequence(arguments)[count:]


@function("take", 2, 2)
def take(arguments: Arguments) -> Json:
    count = max(arguments.integer(1), 0)
    return _sequence(arguments)[:count]


def _sequence(arguments: Arguments) -> str | list[Json]:
    match arguments.json(0):
        case str() | list() as value:
            return value
        case value:
            raise arguments.fault(0, "must be a string or an array", value)


@function("range", 2, 2)
def range_(arguments: Arguments) -> Json:
    start, count = arguments.integer(0), arguments.integer(1)
    if not 0 <= count <= MOST_ELEMENTS:
        raise ExpressionError(f"argument 2 must be from 0 to {MOST_ELEMENTS}, is {count}")
    return list(range(start, start + count))


@function("union", 2, None)
def union(arguments: Arguments) -> Json:
    """Arrays without repetitions, in order of first appearance; objects deep, the last member counts."""
    if isinstance(arguments.json(0), dict):
        merged: dict[str, Json] = {}
        for position in range(len(arguments)):
            merged = _merged(merged, arguments.object(position))
        return merged
    united: list[Json] = []
    for position in range(len(arguments)):
        united += [item for item in _distinct(arguments.array(position)) if not _holds(united, item)]
    return united


def _merged(old: dict[str, Json], new: dict[str, Json]) -> dict[str, Json]:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        merged[name] = _merged(before, value) if both else value  # type: ignore[arg-type]  # both are objects
    return merged


@function("intersection", 2, None)
def intersection(arguments: Arguments) -> Json:
    if isinstance(arguments.json(0), dict):
        common = dict(arguments.object(0))
        for position in range(1, len(arguments)):
            other = arguments.object(position)
            common = {k: v for k, v in common.items() if k in other and same(other[k], v)}
        return common
    kept = _distinct(arguments.array(0))
    for position in range(1, len(arguments)):
        kept = [item for item in kept if _holds(arguments.array(position), item)]
    return kept


@function("indexOf", 2, 2)
def index_of(arguments: Arguments) -> Json:
    """In a string without regard to case; -1 if it is not there."""
    return _index(arguments, first=True)


@function("lastIndexOf", 2, 2)
def last_index_of(arguments: Arguments) -> Json:
    return _index(arguments, first=False)


def _index(arguments: Arguments, *, first: bool) -> Json:
    match arguments.json(0):
        case str() as text:
            wanted = arguments.text(1).lower()
            return text.lower().find(wanted) if first else text.lower().rfind(wanted)
        case list() as items:
            found = [index for index, item in enumerate(items) if same(item, arguments.json(1))]
            return (found[0] if first else found[-1]) if found else -1
        case value:
            raise arguments.fault(0, "must be a string or an array", value)


@function("tryGet", 2, None)
def try_get(arguments: Arguments) -> Json:
    value = arguments.json(0)
    for key in arguments.all(1):
        if isinstance(value, dict) and isinstance(key, str):
            written = find_member(value, key)
            value = None if written is None else value[written]
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key] if 0 <= key < len(value) else None
        else:
            return None
    return value


def same(left: Json, right: Json) -> bool:
    """Equal and of one type: Python takes True for 1, ARM does not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return left == right


def _holds(items: list[Json], wanted: Json) -> bool:
    return any(same(item, wanted) for item in items)


def _distinct(items: list[Json]) -> list[Json]:
    kept: list[Json] = []
    for item in items:
        if not _holds(kept, item):
            kept.append(item)
    return kept
