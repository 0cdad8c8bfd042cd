"""A blueprint: the counter entity and what calls it."""

import azure.durable_functions as df

bp = df.Blueprint()


@bp.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    value = context.get_state(lambda: 0)
    if context.operation_name == "add":
        value += context.get_input()
    elif context.operation_name == "reset":
        value = 0
    elif context.operation_name == "fail":
        raise ValueError("counter refuses")
    context.set_state(value)
    context.set_result(value)


@bp.orchestration_trigger(context_name="context")
def count(context: df.DurableOrchestrationContext):
    entity = df.EntityId("counter", context.instance_id)
    context.signal_entity(entity, "add", 5)
    yield context.call_entity(entity, "add", 2)
    total = yield context.call_entity(entity, "get")
    try:
        yield context.call_entity(entity, "fail")
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
        return [total, str(error)]
    return "not reached"
