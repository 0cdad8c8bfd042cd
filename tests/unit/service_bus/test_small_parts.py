"""Durations, addresses and properties changed by an outcome."""

import pytest

from local.service_bus.addresses import Address, parse_address, path_of
from local.service_bus.dispositions import Outcome, dead_letter
from local.service_bus.durations import parse_duration
from local.service_bus.errors import BusError
from local.service_bus.sections import decode_map, with_properties


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("PT1M", 60_000),
        ("PT0.5S", 500),
        ("P1DT12H", 129_600_000),
        ("P14D", 1_209_600_000),
        ("PT1H30M5S", 5_405_000),
        ("P10675199DT2H48M5.4775807S", None),
    ],
)
def test_durations(text: str, milliseconds: int | None) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1 minute", "00:01:00", "-PT1S"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


def test_addresses() -> None:
    assert path_of("sb://127.0.0.1:5672/Orders/") == "Orders"
    assert path_of("amqps://host/a%20b") == "a b"
    assert path_of(None) == ""
    assert parse_address("t/Subscriptions/s/$DeadLetterQueue") == Address("t", "s", dead_letter=True)
    assert parse_address("a/b") == Address("a/b")
    with pytest.raises(BusError, match="transfer dead-letter queue"):
        parse_address("q/$Transfer/$DeadLetterQueue")


def test_an_outcome_sets_properties_and_keeps_the_others() -> None:
    once = with_properties(b"", {"a": 1, "kept": "x"})
    twice = with_properties(once, {"a": 2})
    assert {str(name): value for name, value in decode_map(twice).items()} == {"a": 2, "kept": "x"}
    with pytest.raises(BusError, match="type"):
        with_properties(b"", {"a": object()})
    assert dead_letter("why", None).properties == {"DeadLetterReason": "why"}
    assert dead_letter(None, None).outcome is Outcome.DEAD_LETTER
