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
    size = page_size(request)
    start = _positive(request, SKIP, 0)
    after = str(start + size) if start + size < len(items) else ""
    return page_of(arm, request, items[start : start + size], after)


def page_of(arm: str, request: ArmRequest, items: list[Json], after: str) -> Answer:
    """A page that is known already; `after` is the next one's `$skiptoken`, empty for the last."""
    body: Json = {"value": items}
    if after:
        body["nextLink"] = f"{arm}{request.path}?{urlencode({**request.query, SKIP: after})}"
    return Answer(200, body)


def page_size(request: ArmRequest) -> int:
    return _positive(request, "$top", PAGE_SIZE)


def _positive(request: ArmRequest, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdigit():
        raise ArmError(400, "InvalidQueryParameter", f"The query parameter {name} '{text}' is not a number.")
    return int(text)
