"""The Durable Functions patterns as one small app: what the public samples show, written anew."""

from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func
from more import bp

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(bp)


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_body()
    data = req.get_json() if body else None
    instance_id = await client.start_new(req.route_params["name"], req.params.get("id"), data)
    return client.create_check_status_response(req, instance_id)


@app.orchestration_trigger(context_name="context")
def chaining(context: df.DurableOrchestrationContext):
    first = yield context.call_activity("say_hello", "Tokyo")
    second = yield context.call_activity("say_hello", "Seattle")
    third = yield context.call_activity(say_hello, "Cairo")
    return [first, second, third]


@app.activity_trigger(input_name="city")
def say_hello(city: str) -> str:
    return f"Hello {city}!"


@app.orchestration_trigger(context_name="context")
def fan_out(context: df.DurableOrchestrationContext):
    count = context.get_input()["count"]
    squares = yield context.task_all([context.call_activity("square", n) for n in range(count)])
    return sum(squares)


@app.activity_trigger(input_name="number")
async def square(number: int) -> int:
    return number * number


@app.orchestration_trigger(context_name="context")
def parent(context: df.DurableOrchestrationContext):
    children = [context.call_sub_orchestrator("fan_out", {"count": n}) for n in (2, 3)]
    results = yield context.task_all(children)
    named = yield context.call_sub_orchestrator("child_id", None, instance_id=f"{context.instance_id}-kid")
    return [*results, named == f"{context.instance_id}-kid"]


@app.orchestration_trigger(context_name="context")
def child_id(context: df.DurableOrchestrationContext):
    return context.instance_id


@app.orchestration_trigger(context_name="context")
def approval(context: df.DurableOrchestrationContext):
    seconds = context.get_input()["timeout"]
    due = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    event = context.wait_for_external_event("Approval")
    winner = yield context.task_any([event, due])
    if winner == due:
        return "escalated"
    due.cancel()
    return {"approved": event.result}


@app.orchestration_trigger(context_name="context")
def monitor(context: df.DurableOrchestrationContext):
    """Polls with timers until the job is done; the count goes on by continue_as_new."""
    polls = (context.get_input() or {"polls": 0})["polls"] + 1
    context.set_custom_status({"polls": polls})
    state = yield context.call_activity("job_state", polls)
    if state == "done":
        return polls
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=20))
    context.continue_as_new({"polls": polls})
    return None


@app.activity_trigger(input_name="polls")
def job_state(polls: int) -> str:
    return "done" if polls >= 4 else "running"


@app.orchestration_trigger(context_name="context")
def retrying(context: df.DurableOrchestrationContext):
    options = df.RetryOptions(first_retry_interval_in_milliseconds=10, max_number_of_attempts=3)
    flaky = context.call_activity_with_retry("flaky", options, {"key": context.instance_id, "failures": 2})
    steady = context.call_activity("say_hello", "Oslo")
    both = yield context.task_all([flaky, steady])
    try:
        yield context.call_activity_with_retry(
            "flaky", options, {"key": context.instance_id + "x", "failures": 9}
        )
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
        return [*both, "boom" in str(error)]
    return "not reached"


_calls: dict[str, int] = {}


@app.activity_trigger(input_name="request")
def flaky(request: dict) -> int:
    _calls[request["key"]] = _calls.get(request["key"], 0) + 1
    if _calls[request["key"]] <= request["failures"]:
        raise ValueError("boom")
    return _calls[request["key"]]
