"""Orchestrations for load: seven activities in a chain, a long history, a wide fan-out."""

import azure.durable_functions as df

app = df.DFApp()


@app.orchestration_trigger(context_name="context")
def seven(context: df.DurableOrchestrationContext):
    value = 0
    for _ in range(7):
        value = yield context.call_activity("add_one", value)
    return value


@app.orchestration_trigger(context_name="context")
def long_history(context: df.DurableOrchestrationContext):
    """Chains of wide steps: many events in few turns."""
    total = 0
    for _ in range(context.get_input()["steps"]):
        values = yield context.task_all([context.call_activity("add_one", 0) for _ in range(50)])
        total += sum(values)
    return total


@app.activity_trigger(input_name="value")
async def add_one(value: int) -> int:
    return value + 1
