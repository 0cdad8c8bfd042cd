"""What the list of images takes in its query."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.api.query import Query

MOST_IMAGES = 1000


@dataclass(frozen=True)
class ImageQuery:
    """`definition` is a full ARM id, empty for all; `after` is where the page before ended."""

    definition: str
    stale: bool
    limit: int
    after: str


def read_image_query(values: Mapping[str, str]) -> ImageQuery:
    """Raises Refusal 400 with every fault."""
    query = Query(values)
    asked = ImageQuery(
        definition=query.text("definition"),
        stale=query.text("stale").lower() == "true",
        limit=query.whole("limit", least=1, most=MOST_IMAGES, default=MOST_IMAGES),
        after=query.token("continuationToken"),
    )
    query.check()
    return asked
