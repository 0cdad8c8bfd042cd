"""A chain of seven activities, and a function that starts many of them at once."""

import asyncio
from collections.abc import Iterator

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Iterator[df.models.Task.TaskBase]:
    total = 0
    for _ in range(7):
        total = yield context.call_activity("add_one", total)
    return total


@app.activity_trigger(input_name="value")
def add_one(value: int) -> int:
    return value + 1


@app.route("start/{count}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    count = int(req.route_params["count"])
    await asyncio.gather(*(client.start_new("chain") for _ in range(count)))
    return func.HttpResponse("started")
