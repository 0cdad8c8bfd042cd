"""The table of docs/api.md has the routes of the OpenAPI document, and its price table can be read."""

import re
from pathlib import Path

from shared.api.openapi.document import AREAS
from shared.forecast.prices import read_prices

PAGE = Path("docs/api.md")


def test_the_table_lists_every_route() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \| `(.+?)` \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    routes = [(route.method, route.path, route.summary) for area in AREAS for route in area.routes]
    assert rows == routes


def test_the_example_of_prices_is_one() -> None:
    example = PAGE.read_text().split("## Plan")[1].split("```json\n")[1].split("```")[0]
    prices = read_prices(example.encode())
    assert prices is not None
    assert prices.vm_hours == {"standard_d2ds_v4": 1.0}
