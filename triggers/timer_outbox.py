"""Every minute: events that the bus did not take when they came."""

from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from shared.announcing import tell_waiting
from shared.services import services

bp = df.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="20 * * * * *")
def tell_waiting_events(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the binding needs the parameter
    tell_waiting(services(), datetime.now(UTC))
