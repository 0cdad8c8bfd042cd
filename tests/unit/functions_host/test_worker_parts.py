"""Small parts of the worker and the triggers, without processes."""

import importlib
from collections import namedtuple
from datetime import datetime

import pytest
from azure.durable_functions.models.history import HistoryEvent
from dateutil.parser import parse

from local.functions_host import typed_data
from local.functions_host.function_retry import retry_delay
from local.functions_host.output_bindings import bodies
from local.functions_host.worker.converters import from_datum, to_datum
from local.functions_host.worker.sdk_shortcuts import fast_parser


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T03:04:05.678901Z",
        "2026-11-21T03:04:05Z",
        "2026-11-21T03:04:05.1234567Z",
        "2026-11-21 03:04",
    ],
)
def test_the_fast_timestamp_parser_equals_the_sdks(text: str) -> None:
    fast, slow = fast_parser(parse)(text), parse(text)
    assert (fast, fast.tzinfo, str(fast)) == (slow, slow.tzinfo, str(slow))


def test_the_sdk_still_has_what_is_replaced() -> None:
    executor = importlib.import_module("azure.durable_functions.models.TaskOrchestrationExecutor")
    assert vars(executor)["namedtuple"] is namedtuple

    module = importlib.import_module("azure.durable_functions.models.history.HistoryEvent")
    assert vars(module)["dt_parse"] is parse
    event = HistoryEvent(12, -1, False, "2026-11-21T03:04:05.678901Z")
    assert isinstance(event.timestamp, datetime)


@pytest.mark.parametrize(
    "data",
    [{"string": "x"}, {"json": "[1]"}, {"bytes": b"\x00\xff"}, {"int": 3}, {"double": 1.5}, {"none": None}],
)
def test_typed_data_round_trips_through_datums(data: typed_data.TypedData) -> None:
    assert from_datum(to_datum(data)) == data


def test_bytes_that_are_text_travel_as_text() -> None:
    assert typed_data.text_or_raw(b"abc") == {"string": "abc"}
    assert typed_data.as_bytes(typed_data.text_or_raw(b"\xff\x00")) == b"\xff\x00"


def test_a_json_list_is_one_message_per_item() -> None:
    assert bodies({"json": '["a", {"b": 1}]'}) == ["a", '{"b": 1}']
    assert bodies({"json": '{"b": 1}'}) == ['{"b": 1}']
    assert bodies({"string": "[1]"}) == ["[1]"]
    assert bodies({"bytes": b"\x00\xff"}) == [b"\x00\xff"]


def test_delays_of_retry_policies() -> None:
    fixed = {"strategy": "fixed_delay", "delay_interval": "00:00:10"}
    growing = {
        "strategy": "exponential_backoff",
        "minimum_interval": "00:00:01",
        "maximum_interval": "00:00:05",
    }
    assert [retry_delay(fixed, n) for n in (1, 4)] == [10, 10]  # type: ignore[arg-type]
    assert [retry_delay(growing, n) for n in (1, 2, 3, 4)] == [1, 2, 4, 5]  # type: ignore[arg-type]
