"""The price table: the user's own, a JSON blob. Kiln ships none, because prices are contracts.

{"currency": "EUR", "vmHours": {"<VM size>": 1.0}, "gbMonths": {"<storage account type, or VHD>": 1.0}}
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

BLOB = "kiln/prices.json"
MEMBERS = ("currency", "vmHours", "gbMonths")


class PricesError(Exception):
    """The table is faulty; the message names every fault with its place."""


@dataclass(frozen=True)
class Prices:
    """Prices of an hour of a VM size and of a GiB for a month; names are in lower case."""

    currency: str = ""
    vm_hours: Mapping[str, float] = field(default_factory=dict)
    gb_months: Mapping[str, float] = field(default_factory=dict)


def read_prices(data: bytes | None) -> Prices | None:
    """None when there is no table. Raises PricesError."""
    if data is None:
        return None
    try:
        document = json.loads(data)
    except ValueError as error:
        raise PricesError(f"it is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise PricesError("it must be a JSON object")
    faults = [f"{name}: unknown field" for name in document if name not in MEMBERS]
    currency = document.get("currency", "")
    if not isinstance(currency, str) or not currency:
        faults.append("currency: must be a text like EUR")
    vm_hours = _table(document, "vmHours", faults)
    gb_months = _table(document, "gbMonths", faults)
    if faults:
        raise PricesError("; ".join(faults))
    return Prices(str(currency), vm_hours, gb_months)


def _table(document: dict[str, object], name: str, faults: list[str]) -> Mapping[str, float]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        faults.append(f"{name}: must be an object of prices")
        return {}
    prices: dict[str, float] = {}
    for key, price in table.items():
        if isinstance(price, bool) or not isinstance(price, int | float):
            faults.append(f"{name}.{key}: must be a number")
        elif not math.isfinite(price) or price < 0:
            faults.append(f"{name}.{key}: must not be negative")
        else:
            prices[key.lower()] = float(price)
    return prices
