"""The forecast of a run, made from the catalog and shown as `POST /api/plan` answers."""

from shared.domain.codec import Json
from shared.domain.template import ImageTemplate
from shared.forecast.cost import Cost, CostItem, cost_of
from shared.forecast.history import RunTimes, last_times, median_seconds, vm_hours
from shared.forecast.prices import BLOB, Prices, PricesError, read_prices
from shared.forecast.resources import NAMES, PlannedResource, planned_resources
from shared.services import Services
from shared.template.notes import notes_of


def forecast_body(kiln: Services, template: ImageTemplate) -> Json:
    """Creates nothing and asks nothing of Azure but the catalog."""
    found = last_times(kiln.runs, template.id)
    medians = median_seconds(found)
    prices, fault = _prices(kiln)
    cost = cost_of(template, vm_hours(medians), prices, fault)
    layers_group = kiln.settings.resource_group if kiln.settings.layers.days else ""
    return {
        "templateId": template.id,
        "names": NAMES,
        "resources": [_resource(each) for each in planned_resources(template, layers_group)],
        "history": {"runs": [_times(each) for each in found], "medianSeconds": dict(medians)},
        "cost": _cost(cost),
        "notes": [{"target": note.path, "message": note.text} for note in notes_of(template)],
    }


def _prices(kiln: Services) -> tuple[Prices | None, str]:
    """The table, and what is wrong with it: a forecast is worth having without its prices."""
    try:
        return read_prices(kiln.blobs.read(BLOB)), ""
    except PricesError as error:
        return None, str(error)


def _resource(resource: PlannedResource) -> Json:
    return {
        "type": resource.type,
        "name": resource.name,
        "resourceGroup": resource.resource_group or None,
        "location": resource.location or None,
        "tags": dict(resource.tags),
        "kept": resource.kept,
        "when": resource.when or None,
    }


def _times(found: RunTimes) -> Json:
    return {"run": found.run_id, "endedAt": found.ended_at, "seconds": dict(found.seconds)}


def _cost(cost: Cost) -> Json:
    return {
        "currency": cost.currency or None,
        "perRun": cost.per_run,
        "perMonth": cost.per_month,
        "items": [_item(item) for item in cost.items],
        "note": cost.note,
    }


def _item(item: CostItem) -> Json:
    return {
        "what": item.what,
        "quantity": item.quantity,
        "unit": item.unit,
        "price": item.price,
        "amount": item.amount,
        "missing": item.missing or None,
    }
