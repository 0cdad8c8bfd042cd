"""Costs by the user's table: what is known is multiplied, what is not is named."""

import json
from dataclasses import replace

import pytest

from shared.domain.run import Run, Stage, StageRecord
from shared.forecast.cost import cost_of
from shared.forecast.history import median_seconds, times, vm_hours
from shared.forecast.prices import Prices, PricesError, read_prices
from shared.forecast.resources import planned_resources
from tests.unit.template.samples import IMAGE, parse, with_properties

PRICES = Prices("EUR", {"standard_d2s_v3": 0.5}, {"vhd": 0.02, "standard_lrs": 0.1})
TEMPLATE = parse(
    with_properties(
        {
            "vmProfile": {"vmSize": "Standard_D2s_v3", "osDiskSizeGB": 30},
            "distribute": [
                {"type": "VHD", "runOutputName": "vhd"},
                {
                    "type": "SharedImage",
                    "runOutputName": "gallery",
                    "galleryImageId": IMAGE,
                    "targetRegions": [{"name": "westeurope", "replicaCount": 2}],
                },
            ],
        }
    )
)


def test_known_parts_are_summed() -> None:
    cost = cost_of(TEMPLATE, 0.5, PRICES)
    assert (cost.currency, cost.per_run, cost.per_month) == ("EUR", 0.25, 30 * 0.02 + 60 * 0.1)


def test_what_is_not_known_is_named_and_not_summed() -> None:
    cost = cost_of(TEMPLATE, None, None)
    assert (cost.per_run, cost.per_month) == (None, None)
    assert "vmHours.Standard_D2s_v3" in cost.items[0].missing
    assert "no run has succeeded" in cost.items[0].missing
    assert "ships no prices" in cost.note


def test_all_faults_of_a_table_are_told() -> None:
    table = {"currency": 1, "vmHours": {"a": "1", "b": -1, "c": True}, "gbMonths": [], "more": 1}
    with pytest.raises(PricesError) as caught:
        read_prices(json.dumps(table).encode())
    for place in ("currency", "vmHours.a", "vmHours.b", "vmHours.c", "gbMonths", "more"):
        assert f"{place}: " in str(caught.value)
    with pytest.raises(PricesError, match="no JSON"):
        read_prices(b"{")
    assert read_prices(None) is None


def test_medians_are_those_of_stages() -> None:
    def took(seconds: int) -> Run:
        record = StageRecord(
            Stage.CUSTOMIZE,
            started_at="2026-11-21T10:00:00+00:00",
            ended_at=f"2026-11-21T10:00:{seconds:02d}+00:00",
        )
        return Run("web-20261121T100000-abcdef", TEMPLATE.id, "westeurope", stages=(record,))

    medians = median_seconds([times(took(10)), times(took(40)), times(took(36))])
    assert medians == {"customize": 36.0}
    assert vm_hours(medians) == 0.01
    assert vm_hours({}) is None


def test_resources_are_named_without_a_run() -> None:
    found = {each.type.rpartition("/")[2]: each for each in planned_resources(TEMPLATE)}
    assert found["virtualMachines"].name == "kiln<hash>"
    assert found["virtualMachines"].tags["kiln-run"] == "<run>"
    assert found["versions"].name == "gallery/web/<next version>"
    assert (found["versions"].kept, found["snapshots"].kept) == (True, False)
    assert found["resourceGroups"].name == "IT_templates_web_<guid>"


def test_layers_are_named_where_they_are_kept() -> None:
    found = [each for each in planned_resources(TEMPLATE, "kiln") if "layer" in each.name]
    names = [
        f"kiln-layer-{TEMPLATE.name}-{number + 1:02d}-<hash>" for number in range(len(TEMPLATE.customize))
    ]
    assert [(each.name, each.resource_group, each.kept) for each in found] == [
        (name, "kiln", True) for name in names
    ]
    off = replace(TEMPLATE, tags={"kiln-cache": "off"})
    assert not any("layer" in each.name for each in planned_resources(off, "kiln"))
