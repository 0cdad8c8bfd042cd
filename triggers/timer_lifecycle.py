"""Once a day: the lifecycle policies that are enabled."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.lifecycle.applying import apply_enabled
from shared.services import services
from triggers.durable_client import DurableClient

bp = df.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="0 30 1 * * *")
@bp.durable_client_input(client_name="client")
async def apply_lifecycle_policies(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:  # noqa: ARG001 - the binding needs the parameter
    durable = DurableClient.of(client)
    kiln = await asyncio.to_thread(services)
    await asyncio.to_thread(apply_enabled, kiln, durable)
