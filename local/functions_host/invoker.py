"""Invokes functions that are triggered from outside orchestrations: adds durable clients, writes output
bindings.
"""

import logging

from . import typed_data
from .functions import FunctionMetadata
from .output_bindings import OutputBindings
from .payloads import ClientLinks
from .typed_data import Named
from .worker_pool import WorkerPool
from .worker_process import NO_CONTEXT, InvocationContext, InvocationResult

log = logging.getLogger("Host.Invoker")


class Invoker:
    """One seam for all triggers."""

    def __init__(self, workers: WorkerPool, links: ClientLinks, outputs: OutputBindings) -> None:
        self._workers = workers
        self._client_binding = links.client_binding()
        self._outputs = outputs

    async def invoke(
        self,
        function: FunctionMetadata,
        data: Named,
        metadata: Named | None = None,
        context: InvocationContext = NO_CONTEXT,
    ) -> InvocationResult:
        """Raises FunctionFailedError, FunctionTimeoutError or WorkerLostError; outputs are written before it
        returns.
        """
        clients = {
            str(binding["name"]): typed_data.string(self._client_binding)
            for binding in function.of_type("durableClient", "orchestrationClient")
        }
        result = await self._workers.invoke(function.name, {**data, **clients}, metadata, context)
        await self._outputs.write(function, result)
        return result
