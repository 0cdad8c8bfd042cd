"""`extensions.serviceBus` of host.json, with the defaults of the Service Bus extension (version 5)."""

from dataclasses import dataclass
from typing import Protocol

_LARGEST_BATCH = 5_000


class Section(Protocol):
    """An object of host.json that complains with its place."""

    def check(self, name: str, valid: bool, expected: str) -> None: ...
    def text(self, name: str, default: str) -> str: ...
    def number(self, name: str, default: int) -> int: ...
    def timespan(self, name: str, default: float) -> float: ...
    def flag(self, name: str, default: bool) -> bool: ...


@dataclass(frozen=True)
class ServiceBusOptions:
    """Times in seconds. `session_idle_timeout`: how long a session without messages is kept."""

    prefetch_count: int = 0
    auto_complete_messages: bool = True
    max_auto_lock_renewal: float = 300.0
    max_concurrent_calls: int = 16
    max_concurrent_sessions: int = 8
    max_message_batch_size: int = 1_000
    min_message_batch_size: int = 1
    max_batch_wait: float = 30.0
    session_idle_timeout: float = 60.0


def read_service_bus_options(section: Section) -> ServiceBusOptions:
    """Raises LoadError for a wrong value, and for a setting that this host does not have."""
    section.check(
        "enableCrossEntityTransactions",
        not section.flag("enableCrossEntityTransactions", False),
        "transactions are not implemented by this host",
    )
    transport = section.text("transportType", "amqpTcp")
    section.check("transportType", transport.lower() == "amqptcp", "only amqpTcp is implemented by this host")
    standard = ServiceBusOptions()
    options = ServiceBusOptions(
        prefetch_count=section.number("prefetchCount", standard.prefetch_count),
        auto_complete_messages=section.flag("autoCompleteMessages", standard.auto_complete_messages),
        max_auto_lock_renewal=section.timespan("maxAutoLockRenewalDuration", standard.max_auto_lock_renewal),
        max_concurrent_calls=section.number("maxConcurrentCalls", standard.max_concurrent_calls),
        max_concurrent_sessions=section.number("maxConcurrentSessions", standard.max_concurrent_sessions),
        max_message_batch_size=section.number("maxMessageBatchSize", standard.max_message_batch_size),
        min_message_batch_size=section.number("minMessageBatchSize", standard.min_message_batch_size),
        max_batch_wait=section.timespan("maxBatchWaitTime", standard.max_batch_wait),
        session_idle_timeout=section.timespan("sessionIdleTimeout", standard.session_idle_timeout),
    )
    _check_numbers(section, options)
    return options


def _check_numbers(section: Section, options: ServiceBusOptions) -> None:
    largest, least = options.max_message_batch_size, options.min_message_batch_size
    section.check("prefetchCount", options.prefetch_count >= 0, "expected a number of at least 0")
    section.check("maxConcurrentCalls", options.max_concurrent_calls >= 1, "expected a number of at least 1")
    section.check(
        "maxConcurrentSessions", options.max_concurrent_sessions >= 1, "expected a number of at least 1"
    )
    section.check(
        "maxMessageBatchSize", 1 <= largest <= _LARGEST_BATCH, f"expected a number from 1 to {_LARGEST_BATCH}"
    )
    section.check(
        "minMessageBatchSize", 1 <= least <= largest, "expected a number from 1 to maxMessageBatchSize"
    )
