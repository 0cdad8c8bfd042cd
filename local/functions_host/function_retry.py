"""Function-level retry policies: fixed delay and exponential backoff, from the decorators' `retry_policy`.

They hold for triggers other than HTTP and Durable ones, as in Azure. A limit of -1 retries for ever.
"""

import asyncio
import logging
from typing import cast

from .errors import FunctionFailedError, FunctionTimeoutError, WorkerLostError
from .functions import FunctionMetadata
from .invoker import Invoker
from .settings import Json
from .timespan import parse_timespan
from .typed_data import Named
from .worker_process import InvocationContext, InvocationResult

log = logging.getLogger("Host.Retry")


async def invoke_with_retries(
    invoker: Invoker, function: FunctionMetadata, data: Named, metadata: Named
) -> InvocationResult:
    """Raises what the last attempt raised."""
    limit = int(str(function.retry.get("max_retry_count") or 0))
    attempt = 0
    while True:
        retry: dict[str, Json] | None = {"retryCount": attempt, "maxRetryCount": limit} if limit else None
        try:
            return await invoker.invoke(function, data, metadata, InvocationContext(retry))
        except (FunctionFailedError, FunctionTimeoutError, WorkerLostError) as error:
            if 0 <= limit <= attempt:
                raise
            attempt += 1
            log.warning("'%s' failed and is retried (%d): %s", function.name, attempt, error)
        await asyncio.sleep(retry_delay(function.retry, attempt))


def retry_delay(policy: dict[str, Json], attempt: int) -> float:
    """Seconds before the given retry, counted from 1."""
    if policy.get("strategy") == "fixed_delay":
        return parse_timespan(cast("str", policy["delay_interval"]))
    least = parse_timespan(cast("str", policy["minimum_interval"]))
    most = parse_timespan(cast("str", policy["maximum_interval"]))
    return float(min(least * 2 ** (attempt - 1), most))
