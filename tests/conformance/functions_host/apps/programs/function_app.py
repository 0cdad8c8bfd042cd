"""Runs programs: an orchestration given as data, see tests/conformance/functions_host/programs.py."""

from datetime import timedelta

import azure.durable_functions as df

app = df.DFApp()
HOUR = timedelta(hours=1)


@app.orchestration_trigger(context_name="context")
def program(context: df.DurableOrchestrationContext):
    given = context.get_input()
    results = given.get("before", [])
    for step in given["steps"]:
        result = yield from run(context, step)
        results.append(result)
    if given["loops"] > 1:
        context.continue_as_new({"steps": given["steps"], "loops": given["loops"] - 1, "before": results})
        return None
    return results


def run(context, step):
    """One step at the top of a program: a task to wait for, or a signal to the program's own entity."""
    if step["do"] == "signal":
        context.signal_entity(entity(context), "add", step["value"])
        return "signalled"
    task, read = build(context, step)
    try:
        yield task
    except Exception:  # noqa: BLE001 - the SDK raises no narrower type
        return "failed"
    return read()


def build(context, step):
    """A task and a function that reads its result once it has completed."""
    match step["do"]:
        case "all":
            return compound(context, step, context.task_all)
        case "any":
            return race(context, step)
        case "timer":
            due = context.current_utc_datetime + timedelta(milliseconds=step["value"])
            return context.create_timer(due), lambda: "fired"
    task = leaf(context, step)
    return task, lambda: task.result


def leaf(context, step):
    value = step["value"]
    match step["do"]:
        case "double":
            return context.call_activity("double", value)
        case "fail":
            return context.call_activity("fail", value)
        case "retry":
            options = df.RetryOptions(first_retry_interval_in_milliseconds=1, max_number_of_attempts=3)
            return context.call_activity_with_retry(step["name"], options, value)
        case "sub":
            return context.call_sub_orchestrator("program", value)
        case "sub_retry":
            options = df.RetryOptions(first_retry_interval_in_milliseconds=1, max_number_of_attempts=2)
            return context.call_sub_orchestrator_with_retry("broken", options, value)
        case "entity":
            return context.call_entity(entity(context), "add", value)
    raise ValueError(step["do"])


def compound(context, step, combine):
    built = [build(context, child) for child in step["children"]]
    return combine([task for task, _ in built]), lambda: [read() for _, read in built]


def race(context, step):
    """Between one child that ends and others that never do."""
    task, read = build(context, step["child"])
    never = [
        context.wait_for_external_event("never")
        if kind == "event"
        else context.create_timer(context.current_utc_datetime + HOUR)
        for kind in step["never"]
    ]
    return context.task_any([*never, task]), read


def entity(context):
    return df.EntityId("sum", context.instance_id)


@app.orchestration_trigger(context_name="context")
def broken(context: df.DurableOrchestrationContext):
    yield context.call_activity("double", context.get_input())
    raise ValueError("broken")


@app.entity_trigger(context_name="context", entity_name="sum")
def sum_entity(context: df.DurableEntityContext) -> None:
    total = context.get_state(lambda: 0) + context.get_input()
    context.set_state(total)
    context.set_result(total)


@app.activity_trigger(input_name="value")
def double(value: int) -> int:
    return value * 2


@app.activity_trigger(input_name="value")
def fail(value: int) -> int:
    raise ValueError(f"told to fail with {value}")
