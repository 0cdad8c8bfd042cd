"""host.json, app settings and time spans."""

import json
from pathlib import Path

import pytest

from local.functions_host.config import load_config
from local.functions_host.errors import LoadError
from local.functions_host.settings import load_settings, resolve
from local.functions_host.timespan import parse_timespan


@pytest.mark.parametrize(
    ("host_json", "reason"),
    [
        ("{", "host.json"),
        ("[]", "expected a JSON object"),
        ('{"extensions": {"durableTask": {"hubName": "no spaces"}}}', "extensions.durableTask.hubName"),
        ('{"extensions": {"durableTask": {"hubName": "%HUB%"}}}', "'%HUB%' does not resolve"),
        ('{"functionTimeout": "five"}', "functionTimeout: 'five' is not a time span"),
        (
            '{"extensions": {"durableTask": {"maxConcurrentActivityFunctions": "3"}}}',
            "expected a whole number",
        ),
        (
            '{"extensions": {"queues": {"batchSize": 33}}}',
            "extensions.queues.batchSize: expected a number from",
        ),
        ('{"extensions": {"queues": {"maxDequeueCount": 0}}}', "maxDequeueCount: expected a number"),
        (
            '{"extensions": {"queues": {"messageEncoding": "utf"}}}',
            "messageEncoding: expected base64 or none",
        ),
        (
            '{"extensions": {"durableTask": {"versionMatchStrategy": "Newer"}}}',
            "versionMatchStrategy: expected one of None, Strict, CurrentOrOlder",
        ),
        ('{"extensions": {"http": []}}', ""),
    ],
)
def test_wrong_host_json_names_the_place(tmp_path: Path, host_json: str, reason: str) -> None:
    (tmp_path / "host.json").write_text(host_json)
    if not reason:
        assert load_config(tmp_path, {}).route_prefix == "api"
        return
    with pytest.raises(LoadError) as refused:
        load_config(tmp_path, {})
    assert reason in str(refused.value)


def test_defaults_without_host_json(tmp_path: Path) -> None:
    config = load_config(tmp_path, {})
    assert (config.route_prefix, config.function_timeout) == ("api", 1800.0)
    assert config.durable.hub_name == "TestHubName"
    assert load_config(tmp_path, {"WEBSITE_SITE_NAME": "my-site"}).durable.hub_name == "mysite"


def test_given_values(tmp_path: Path) -> None:
    durable = {"hubName": "%HUB%", "maxConcurrentActivityFunctions": 3, "defaultVersion": "2.0"}
    host = {"functionTimeout": "-1", "extensions": {"http": {"routePrefix": ""}, "durableTask": durable}}
    (tmp_path / "host.json").write_text("\ufeff" + json.dumps(host), encoding="utf-8")
    config = load_config(tmp_path, {"HUB": "Mine"})
    assert (config.function_timeout, config.route_prefix) == (None, "")
    assert (config.durable.hub_name, config.durable.max_activities, config.durable.versions.current) == (
        *("Mine", 3, "2.0"),
    )


def test_environment_wins_over_local_settings(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"IsEncrypted": false, "Values": {"A": "file", "B": 2}}')
    assert load_settings(tmp_path, {"A": "env"}) == {"A": "env", "B": "2"}


def test_references_to_settings() -> None:
    assert resolve("a-%X%-%Y%", {"X": "1", "Y": "2"}, "here") == "a-1-2"
    assert resolve("100% sure", {}, "here") == "100% sure"


@pytest.mark.parametrize(
    ("text", "seconds"), [("00:05:00", 300), ("1.12:00:00", 129_600), ("00:00:00.25", 0.25), ("01:30", 5400)]
)
def test_timespans(text: str, seconds: float) -> None:
    assert parse_timespan(text) == seconds
