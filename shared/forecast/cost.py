"""What a run costs, by the user's price table; what is not known is said, never guessed."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.template import (
    ImageTemplate,
    ManagedImageDistributor,
    SharedImageDistributor,
    VhdDistributor,
)
from shared.forecast.prices import BLOB, Prices

HOUR, GB_MONTH = "hour", "GiB and month"
VHD, MANAGED_IMAGE = "VHD", "Standard_LRS"


@dataclass(frozen=True)
class CostItem:
    """`quantity` units at `price` each; `missing` says what would have to be known."""

    what: str
    quantity: float | None
    unit: str
    price: float | None
    missing: str = ""

    @property
    def amount(self) -> float | None:
        if self.quantity is None or self.price is None:
            return None
        return round(self.quantity * self.price, 6)


@dataclass(frozen=True)
class Cost:
    """`per_run` once for each run, `per_month` for what stays; None when part of it is not known."""

    currency: str
    items: tuple[CostItem, ...]
    note: str

    @property
    def per_run(self) -> float | None:
        return _sum(item for item in self.items if item.unit == HOUR)

    @property
    def per_month(self) -> float | None:
        return _sum(item for item in self.items if item.unit == GB_MONTH)


def cost_of(template: ImageTemplate, hours: float | None, prices: Prices | None, fault: str = "") -> Cost:
    """`hours` are those of the build VM in earlier runs; `fault` is what is wrong with the price table."""
    table = prices or Prices()
    items = (_machine(template, hours, table), *_storage(template, table))
    if fault:
        note = f"The price table {BLOB} is faulty: {fault}"
    elif prices is None:
        note = f"There is no price table, and Kiln ships no prices: put yours into the blob {BLOB}."
    else:
        note = f"Prices are those of the blob {BLOB}; network, disks and transactions are not counted."
    return Cost(table.currency, items, note)


def _machine(template: ImageTemplate, hours: float | None, table: Prices) -> CostItem:
    size = template.vm_profile.vm_size
    price = table.vm_hours.get(size.lower())
    missing = []
    if not size:
        missing.append("the VM's size: the template leaves it to the source")
    elif price is None:
        missing.append(f"vmHours.{size} in the price table")
    if hours is None:
        missing.append("how long it takes: no run has succeeded yet")
    return CostItem(f"build VM {size}".strip(), hours, HOUR, price, "; ".join(missing))


def _storage(template: ImageTemplate, table: Prices) -> Iterator[CostItem]:
    size = template.vm_profile.os_disk_size_gb or None
    for item in template.distribute:
        match item:
            case SharedImageDistributor():
                for region in item.target_regions:
                    copies = region.replica_count
                    what = (
                        f"{item.run_output_name} in {region.name}, {copies} of {region.storage_account_type}"
                    )
                    yield _stored(what, size, copies, region.storage_account_type, table)
            case ManagedImageDistributor():
                yield _stored(f"{item.run_output_name} in {item.location}", size, 1, MANAGED_IMAGE, table)
            case VhdDistributor():
                yield _stored(item.run_output_name, size, 1, VHD, table)


def _stored(what: str, size: int | None, copies: int, kind: str, table: Prices) -> CostItem:
    price = table.gb_months.get(kind.lower())
    missing = [] if price is not None else [f"gbMonths.{kind} in the price table"]
    if size is None:
        missing.append("the disk's size: the template leaves it to the source")
    quantity = float(size * copies) if size is not None else None
    return CostItem(what, quantity, GB_MONTH, price, "; ".join(missing))


def _sum(items: Iterator[CostItem]) -> float | None:
    amounts = [item.amount for item in items]
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), 6) if len(known) == len(amounts) else None
