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


class Point:
    """A class that says itself how it travels."""

    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    @staticmethod
    def to_json(point: "Point") -> str:
        return f"{point.x},{point.y}"

    @staticmethod
    def from_json(text: str) -> "Point":
        x, y = text.split(",")
        return Point(int(x), int(y))


@bp.orchestration_trigger(context_name="context")
def moves(context: df.DurableOrchestrationContext):
    point = yield context.call_activity("move", Point(1, 2))
    nothing = yield context.call_activity("forget", point)
    return [type(point).__name__, point.x, point.y, nothing]


@bp.activity_trigger(input_name="point")
def move(point: Point) -> Point:
    return Point(point.x + 1, point.y + 1)


@bp.activity_trigger(input_name="point")
def forget(point: Point) -> None:
    return None
