"""Every ten minutes the janitor looks for what runs have left behind."""

import asyncio
import logging

import azure.durable_functions as df
import azure.functions as func

from shared.services import services
from shared.sweeping import start_sweep
from triggers.durable_client import DurableClient

bp = df.Blueprint()
log = logging.getLogger("kiln.janitor")


@bp.timer_trigger(arg_name="timer", schedule="0 */10 * * * *")
@bp.durable_client_input(client_name="client")
async def sweep_regularly(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001 - the binding needs the parameter
    kiln = await asyncio.to_thread(services)
    sweep = await asyncio.to_thread(start_sweep, kiln, DurableClient.of(client))
    if not sweep.started:
        log.warning("the last sweep still goes on")
