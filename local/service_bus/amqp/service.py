"""What every connection needs of the bus."""

from dataclasses import dataclass

from local.service_bus.amqp.tokens import TokenRules
from local.service_bus.broker import Broker
from local.service_bus.namespace import Namespace


@dataclass(frozen=True)
class Service:
    namespace: Namespace
    broker: Broker
    tokens: TokenRules
