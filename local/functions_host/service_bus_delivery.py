"""One delivery of a Service Bus trigger: the function runs, then the message is completed or abandoned.

The bus counts the deliveries that were abandoned and dead-letters a message beyond the entity's maximum.
Source: ServiceBusListener of the Service Bus extension (version 5).
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol, cast

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.exceptions import ServiceBusError

from . import typed_data
from .errors import FunctionFailedError, FunctionTimeoutError, WorkerLostError
from .function_retry import invoke_with_retries
from .functions import FunctionMetadata
from .invoker import Invoker
from .service_bus_metadata import batch_metadata, trigger_metadata
from .typed_data import Named, TypedData

log = logging.getLogger("Host.ServiceBus")


class Settlement(Protocol):
    """The part of a receiver that ends a message's delivery."""

    async def complete_message(self, message: ServiceBusReceivedMessage) -> None: ...
    async def abandon_message(self, message: ServiceBusReceivedMessage) -> None: ...


class ServiceBusDelivery:
    """Of one function. Without `auto_complete` a message that succeeded keeps its lock until that ends."""

    def __init__(self, function: FunctionMetadata, invoker: Invoker, *, auto_complete: bool) -> None:
        self._function = function
        self._invoker = invoker
        self._auto_complete = auto_complete

    async def one(self, receiver: Settlement, message: ServiceBusReceivedMessage) -> None:
        """Runs the function for one message and settles it."""
        await self._run(
            receiver, [message], typed_data.text_or_raw(body_of(message)), trigger_metadata(message)
        )

    async def batch(self, receiver: Settlement, messages: Sequence[ServiceBusReceivedMessage]) -> None:
        """Runs the function once for all the messages and settles each of them alike."""
        bodies = typed_data.texts_or_raws([body_of(message) for message in messages])
        await self._run(receiver, messages, bodies, batch_metadata(messages))

    async def _run(
        self,
        receiver: Settlement,
        messages: Sequence[ServiceBusReceivedMessage],
        data: TypedData,
        metadata: Named,
    ) -> None:
        name = self._function.name
        try:
            await invoke_with_retries(
                self._invoker, self._function, {self._function.input_name: data}, metadata
            )
        except (FunctionFailedError, FunctionTimeoutError, WorkerLostError) as error:
            counts = sorted({message.delivery_count or 0 for message in messages})
            log.warning("Executed 'Functions.%s' (Failed), deliveries %s: %s", name, counts, error)
            await self._settle(receiver, messages, completed=False)
        except asyncio.CancelledError:
            # The host stops: another one can have the messages at once.
            await self._settle(receiver, messages, completed=False)
            raise
        else:
            if self._auto_complete:
                await self._settle(receiver, messages, completed=True)

    async def _settle(
        self, receiver: Settlement, messages: Sequence[ServiceBusReceivedMessage], *, completed: bool
    ) -> None:
        for message in messages:
            try:
                await (receiver.complete_message if completed else receiver.abandon_message)(message)
            except (ServiceBusError, ValueError) as error:
                log.warning("message %s could not be settled and comes again: %s", message.message_id, error)


def body_of(message: ServiceBusReceivedMessage) -> bytes:
    """The bytes of a message's data sections."""
    return b"".join(cast("list[bytes]", list(message.body)))
