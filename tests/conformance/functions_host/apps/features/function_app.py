"""One function for each thing a test looks at."""

import asyncio
import logging
import os
import time
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
log = logging.getLogger(__name__)
MARKS = Path(os.environ["MARKS"])


def mark(name: str) -> int:
    """Counts calls across processes: a worker that was killed has made its mark."""
    with (MARKS / name).open("a") as file:
        file.write(f"{os.getpid()}\n")
    return len((MARKS / name).read_text().splitlines())


@app.route(route="items/{id:int}/{tail?}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def item(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(sorted(req.route_params.items())))


@app.route(route="items/{name}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def named_item(req: func.HttpRequest) -> str:
    return "named " + req.route_params["name"]


@app.route(route="files/{*path}", auth_level=func.AuthLevel.ANONYMOUS)
def files(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse(req.get_body(), status_code=201, mimetype="application/octet-stream")
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2; Path=/")
    response.headers["X-Path"] = req.route_params.get("path", "")
    return response


@app.route(route="nothing", auth_level=func.AuthLevel.ANONYMOUS)
async def nothing(req: func.HttpRequest, context: func.Context) -> None:
    assert context.function_name == "nothing"
    assert context.invocation_id


@app.route(route="trace", auth_level=func.AuthLevel.ANONYMOUS)
def trace(req: func.HttpRequest, context: func.Context) -> str:
    from opentelemetry import trace as telemetry

    span = telemetry.get_current_span().get_span_context()
    return f"{context.trace_context.trace_parent} {span.trace_id:x}"


@app.route(route="traced")
@app.durable_client_input(client_name="client")
async def start_traced(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> str:
    return await client.start_new("traced")


@app.orchestration_trigger(context_name="context")
def traced(context: df.DurableOrchestrationContext):
    child = yield context.call_sub_orchestrator("traced_child")
    return child


@app.orchestration_trigger(context_name="context")
def traced_child(context: df.DurableOrchestrationContext):
    from opentelemetry import trace as telemetry

    here = telemetry.get_current_span().get_span_context().trace_id
    in_activity = yield context.call_activity("trace_id", None)
    return [f"{here:x}", in_activity]


@app.activity_trigger(input_name="nothing")
def trace_id(nothing: str) -> str:
    log.info("seen by %s", "trace_id")
    from opentelemetry import trace as telemetry

    return f"{telemetry.get_current_span().get_span_context().trace_id:x}"


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("as it should")


@app.route(route="guarded")
def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route(route="admin-only", auth_level=func.AuthLevel.ADMIN)
def admin_only(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route(route="off", auth_level=func.AuthLevel.ANONYMOUS)
def switched_off(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("on")


@app.timer_trigger(arg_name="timer", schedule="%SCHEDULE%", run_on_startup=True)
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
def ticking(timer: func.TimerRequest, context: func.Context) -> None:
    if mark("ticking") == 1:
        raise RuntimeError("the first attempt fails and is retried")
    (MARKS / "retry").write_text(str(context.retry_context.retry_count))


@app.orchestration_trigger(context_name="context")
def call_one(context: df.DurableOrchestrationContext):
    """Calls the activity that its input names and says how it ended."""
    try:
        result = yield context.call_activity(context.get_input()["activity"], context.instance_id)
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
        return str(error)
    return result


@app.activity_trigger(input_name="key")
def hangs_once(key: str) -> str:
    if mark(key) == 1:
        time.sleep(60)
    return "second time lucky"


@app.activity_trigger(input_name="key")
def crashes_once(key: str) -> str:
    if mark(key) == 1:
        os._exit(139)
    return "redelivered"


@app.orchestration_trigger(context_name="context")
def slow_orchestrator(context: df.DurableOrchestrationContext):
    if mark(context.instance_id) == 1:
        time.sleep(60)
    return "retried"


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext):
    got = yield context.wait_for_external_event("Go")
    return got


@app.orchestration_trigger(context_name="context")
def missing(context: df.DurableOrchestrationContext):
    yield context.call_activity("no_such_activity", 1)


@app.orchestration_trigger(context_name="context")
def fails_until_fixed(context: df.DurableOrchestrationContext):
    first = yield context.call_activity("counted", "a" + context.instance_id)
    second = yield context.call_activity("fails_first", "b" + context.instance_id)
    return [first, second]


@app.activity_trigger(input_name="key")
def counted(key: str) -> int:
    return mark(key)


@app.activity_trigger(input_name="key")
def fails_first(key: str) -> int:
    if mark(key) == 1:
        raise ValueError("not yet")
    return 2


@app.orchestration_trigger(context_name="context")
def fails_with_sibling(context: df.DurableOrchestrationContext):
    """After the failed task_all, the next activity waits for the slow sibling, as in the real extension."""
    tasks = [context.call_activity("boom", 1), context.call_activity("slow", 0.3)]
    try:
        yield context.task_all(tasks)
    except Exception:  # noqa: BLE001 - the SDK raises no narrower type
        after = yield context.call_activity("now", 1)
    return [tasks[1].result, after]


@app.activity_trigger(input_name="n")
def boom(n: int) -> int:
    raise ValueError("boom")


@app.activity_trigger(input_name="seconds")
async def slow(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return time.time()


@app.activity_trigger(input_name="n")
def now(n: int) -> float:
    return time.time()


@app.orchestration_trigger(context_name="context")
def changing(context: df.DurableOrchestrationContext):
    """Not deterministic: what it calls depends on a file."""
    yield context.call_activity("now" if mark(context.instance_id) == 1 else "counted", "x")
    yield context.call_activity("now", 1)


@app.orchestration_trigger(context_name="context")
def fetches(context: df.DurableOrchestrationContext):
    answer = yield context.call_http("GET", context.get_input()["url"])
    return [answer["statusCode"], answer["content"]]
