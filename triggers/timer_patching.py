"""Every five minutes: is a patch cycle due?"""

import asyncio
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from shared.patching.due import start_due_cycles
from shared.services import services
from triggers.durable_client import DurableClient

bp = df.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
@bp.durable_client_input(client_name="client")
async def start_patch_cycles(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001 - the binding needs the parameter
    durable = DurableClient.of(client)
    kiln = await asyncio.to_thread(services)
    await asyncio.to_thread(start_due_cycles, kiln, durable, datetime.now(UTC))
