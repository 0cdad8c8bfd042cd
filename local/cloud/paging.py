"""Lists come in pages: `value`, and `nextLink` while there is more."""

from __future__ import annotations

from urllib.parse import urlencode

from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.requests import Answer, ArmRequest

PAGE_SIZE = 50
SKIP = "$skiptoken"


def page(arm: str, request: ArmRequest, items: list[Json]) -> Answer:
    """One page of `items`: `$top` per page, starting at the place that `$skiptoken` names."""
    size = _positive(request, "$top", PAGE_SIZE)
    start = _positive(request, SKIP, 0)
    body: Json = {"value": items[start : start + size]}
    if start + size < len(items):
        query = urlencode({**request.query, SKIP: start + size})
        body["nextLink"] = f"{arm}{request.path}?{query}"
    return Answer(200, body)


def _positive(request: ArmRequest, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdigit():
        raise ArmError(400, "InvalidQueryParameter", f"The query parameter {name} '{text}' is not a number.")
    return int(text)
