"""Every quarter of an hour: are there newer versions of what templates follow?"""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.domain.codec import to_json
from shared.domain.watch import WatchRequest
from shared.services import services
from shared.starting import Durable
from triggers.durable_client import DurableClient

bp = df.Blueprint()
INSTANCE = "watch-sources"  # one look at a time


@bp.timer_trigger(arg_name="timer", schedule="0 */15 * * * *")
@bp.durable_client_input(client_name="client")
async def watch_regularly(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001 - the binding needs the parameter
    await asyncio.to_thread(_watch, DurableClient.of(client))


def _watch(durable: Durable) -> None:
    kiln = services()
    current = durable.find(INSTANCE)
    if current is None or current.ended:
        request = WatchRequest(kiln.bus is not None, kiln.settings.poll)
        durable.start("watch_sources", INSTANCE, to_json(request))
