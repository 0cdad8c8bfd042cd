"""host.json: the settings this host honours, with Azure's defaults.

Source: the host.json reference (v2 schema) and the durableTask options of the Durable extension.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from .errors import LoadError
from .service_bus_options import ServiceBusOptions, read_service_bus_options
from .settings import Json, read_json_object, resolve
from .timespan import parse_timespan
from .versions import FailureStrategy, MatchStrategy, Versions

DEFAULT_TIMEOUT_SECONDS = 1800.0
C = TypeVar("C", bound=StrEnum)
_HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,44}")


@dataclass(frozen=True)
class DurableOptions:
    """`extensions.durableTask`."""

    hub_name: str
    max_activities: int
    max_orchestrators: int
    max_entities: int
    versions: Versions = field(default_factory=Versions)
    allow_restart_of_any_state: bool = False
    max_actions: int = 100_000
    entity_batch_size: int = 5_000
    http_poll_milliseconds: int = 30_000


@dataclass(frozen=True)
class QueueOptions:
    """`extensions.queues`; times in seconds."""

    batch_size: int = 16
    max_dequeue_count: int = 5
    visibility_timeout: float = 0.0
    max_polling_interval: float = 60.0
    new_batch_threshold: int = 8
    message_encoding: str = "base64"


@dataclass(frozen=True)
class HostConfig:
    """What host.json says, checked. `function_timeout` is in seconds, None is unlimited."""

    durable: DurableOptions
    route_prefix: str = "api"
    custom_headers: Mapping[str, str] = field(default_factory=dict)
    max_concurrent_requests: int = -1
    function_timeout: float | None = DEFAULT_TIMEOUT_SECONDS
    queues: QueueOptions = field(default_factory=QueueOptions)
    service_bus: ServiceBusOptions = field(default_factory=ServiceBusOptions)
    log_levels: Mapping[str, str] = field(default_factory=dict)


def load_config(app_dir: Path, settings: Mapping[str, str]) -> HostConfig:
    """Reads APP_DIR/host.json. Raises LoadError naming the file and the setting."""
    path = app_dir / "host.json"
    root = _Section(path, "", read_json_object(path))
    extensions = root.section("extensions")
    http = extensions.section("http")
    return HostConfig(
        durable=_durable(extensions.section("durableTask"), settings),
        route_prefix=http.text("routePrefix", "api").strip("/"),
        custom_headers={name: str(value) for name, value in http.section("customHeaders").values.items()},
        max_concurrent_requests=http.number("maxConcurrentRequests", -1),
        function_timeout=_timeout(root),
        queues=_queues(extensions.section("queues")),
        service_bus=read_service_bus_options(extensions.section("serviceBus")),
        log_levels={
            name: str(value) for name, value in root.section("logging").section("logLevel").values.items()
        },
    )


def _durable(section: "_Section", settings: Mapping[str, str]) -> DurableOptions:
    per_host = 10 * (os.cpu_count() or 1)
    states = section.text("overridableExistingInstanceStates", "NonRunningStates")
    return DurableOptions(
        hub_name=_hub_name(section, settings),
        max_activities=section.number("maxConcurrentActivityFunctions", per_host),
        max_orchestrators=section.number("maxConcurrentOrchestratorFunctions", per_host),
        max_entities=section.number("maxConcurrentEntityFunctions", per_host),
        versions=Versions(
            section.text("defaultVersion", "") or None,
            section.choice("versionMatchStrategy", MatchStrategy.CURRENT_OR_OLDER),
            section.choice("versionFailureStrategy", FailureStrategy.REJECT),
        ),
        allow_restart_of_any_state=states == "AnyState",
        max_actions=section.number("maxOrchestrationActions", 100_000),
        entity_batch_size=section.number("maxEntityOperationBatchSize", 5_000),
        http_poll_milliseconds=section.section("httpSettings").number(
            "defaultAsyncRequestSleepTimeMilliseconds", 30_000
        ),
    )


def _hub_name(section: "_Section", settings: Mapping[str, str]) -> str:
    given = section.text("hubName", "")
    name = (
        resolve(given, settings, section.place("hubName")) if given else settings.get("WEBSITE_SITE_NAME", "")
    )
    if not given:
        name = re.sub(r"[^A-Za-z0-9]", "", name)[:45] or "TestHubName"
    if _HUB_NAME.fullmatch(name) is None:
        raise LoadError(
            f"{section.place('hubName')}: '{name}' must start with a letter and have 3-45 letters and digits"
        )
    return name


def _timeout(root: "_Section") -> float | None:
    text = root.text("functionTimeout", "")
    if not text:
        return DEFAULT_TIMEOUT_SECONDS
    return None if text == "-1" else root.timespan("functionTimeout", DEFAULT_TIMEOUT_SECONDS)


def _queues(section: "_Section") -> QueueOptions:
    batch_size = section.number("batchSize", 16)
    # The service hands out 32 messages at most.
    section.check("batchSize", 1 <= batch_size <= 32, "expected a number from 1 to 32")  # noqa: PLR2004
    max_dequeue_count = section.number("maxDequeueCount", 5)
    section.check("maxDequeueCount", max_dequeue_count >= 1, "expected a number of at least 1")
    encoding = section.text("messageEncoding", "base64").lower()
    section.check("messageEncoding", encoding in ("base64", "none"), "expected base64 or none")
    return QueueOptions(
        batch_size=batch_size,
        max_dequeue_count=max_dequeue_count,
        visibility_timeout=section.timespan("visibilityTimeout", 0.0),
        max_polling_interval=section.timespan("maxPollingInterval", 60.0),
        new_batch_threshold=section.number("newBatchThreshold", batch_size // 2),
        message_encoding=encoding,
    )


@dataclass(frozen=True)
class _Section:
    """One object of host.json that knows its path, so that every complaint names the place."""

    file: Path
    path: str
    values: dict[str, Json]

    def place(self, name: str) -> str:
        return f"{self.file}: {self.path}{name}"

    def check(self, name: str, valid: bool, expected: str) -> None:
        if not valid:
            raise LoadError(f"{self.place(name)}: {expected}")

    def section(self, name: str) -> "_Section":
        value = self.values.get(name) or {}
        if not isinstance(value, dict):
            raise LoadError(f"{self.place(name)}: expected an object")
        return _Section(self.file, f"{self.path}{name}.", value)

    def text(self, name: str, default: str) -> str:
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise LoadError(f"{self.place(name)}: expected a string")
        return default if value is None else value

    def choice(self, name: str, default: C) -> C:
        """One of an enumeration's values, whatever its case."""
        given = self.text(name, default.value).lower()
        for option in type(default):
            if option.value.lower() == given:
                return option
        raise LoadError(f"{self.place(name)}: expected one of {', '.join(type(default))}")

    def number(self, name: str, default: int) -> int:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise LoadError(f"{self.place(name)}: expected a whole number")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise LoadError(f"{self.place(name)}: expected true or false")
        return default if value is None else value

    def timespan(self, name: str, default: float) -> float:
        text = self.text(name, "")
        try:
            return parse_timespan(text) if text else default
        except ValueError as error:
            raise LoadError(f"{self.place(name)}: {error}") from error
