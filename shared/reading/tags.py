"""Tags, by ARM's limits (learn.microsoft.com, "Use tags to organize your Azure resources")."""

from shared.reading.object_reader import ObjectReader

MAX_TAGS = 50
MAX_NAME = 512
MAX_VALUE = 256
_FORBIDDEN_IN_NAMES = "<>%&\\?/"


def read_tags(fields: ObjectReader, name: str) -> dict[str, str]:
    """An optional map of tags."""
    tags = fields.child(name)
    if tags is None:
        return {}
    names = tags.members()
    if len(names) > MAX_TAGS:
        tags.problem(f"holds {len(names)} tags; at most {MAX_TAGS} are allowed")
    for tag in names:
        _check_name(tags, tag)
    return {tag: _read_value(tags, tag) for tag in names}


def _check_name(tags: ObjectReader, tag: str) -> None:
    if not tag or len(tag) > MAX_NAME:
        tags.problem_at(tag, f"a tag's name must have 1 to {MAX_NAME} characters")
    if any(character in tag for character in _FORBIDDEN_IN_NAMES):
        tags.problem_at(tag, f"a tag's name must not hold any of {_FORBIDDEN_IN_NAMES}")


def _read_value(tags: ObjectReader, tag: str) -> str:
    value = tags.text(tag)
    if len(value) > MAX_VALUE:
        tags.problem_at(tag, f"a tag's value must have at most {MAX_VALUE} characters")
    return value
