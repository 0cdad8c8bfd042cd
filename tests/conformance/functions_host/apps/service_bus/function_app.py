"""Service Bus triggers and outputs."""

import json
import os
import time
from pathlib import Path

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
MARKS = Path(os.environ["MARKS"])


def mark(name: str, line: str) -> int:
    """Adds a line to a file that tests read; how many there are then."""
    with (MARKS / name).open("a") as file:
        file.write(line + "\n")
    return len((MARKS / name).read_text().splitlines())


@app.service_bus_queue_trigger(arg_name="msg", queue_name="%IN_QUEUE%", connection="BUS")
@app.service_bus_queue_output(arg_name="$return", queue_name="described", connection="BUS")
def describe(msg: func.ServiceBusMessage) -> str:
    return json.dumps(
        {
            "id": msg.message_id,
            "body": msg.get_body().hex(),
            "deliveryCount": msg.delivery_count,
            "properties": msg.application_properties,
            "subject": msg.subject,
            "contentType": msg.content_type,
            "sequenceNumber": msg.sequence_number,
            "enqueued": msg.enqueued_time_utc is not None,
            "locked": bool(msg.lock_token),
        }
    )


@app.service_bus_queue_trigger(arg_name="msg", queue_name="failing", connection="BUS")
def fails(msg: func.ServiceBusMessage) -> None:
    mark("fails", f"{msg.get_body().decode()} {msg.delivery_count}")
    raise ValueError("never")


@app.service_bus_queue_trigger(arg_name="msg", queue_name="slow", connection="BUS")
def slow(msg: func.ServiceBusMessage) -> None:
    """Runs for longer than the queue's lock."""
    mark("slow", str(msg.delivery_count))
    time.sleep(4.5)


@app.service_bus_queue_trigger(
    arg_name="msgs", queue_name="batches", connection="BUS", cardinality=func.Cardinality.MANY
)
def batches(msgs: list[func.ServiceBusMessage]) -> None:
    lines = [f"{msg.get_body().decode()}:{msg.message_id}:{msg.delivery_count}" for msg in msgs]
    mark("batches", " ".join(lines))


@app.service_bus_queue_trigger(
    arg_name="msg", queue_name="sessions", connection="BUS", is_sessions_enabled=True
)
def sessions(msg: func.ServiceBusMessage) -> None:
    mark("sessions", f"{msg.session_id} {msg.get_body().decode()}")


@app.service_bus_queue_trigger(
    arg_name="msg", queue_name="kept", connection="BUS", auto_complete_messages=False
)
def kept(msg: func.ServiceBusMessage) -> None:
    mark("kept", str(msg.delivery_count))


@app.service_bus_topic_trigger(
    arg_name="msg", topic_name="events", subscription_name="kiln", connection="IDENTITY"
)
def events(msg: func.ServiceBusMessage) -> None:
    mark("events", msg.get_body().decode())


@app.route(route="publish/{what}")
@app.service_bus_topic_output(arg_name="out", topic_name="events", connection="BUS")
def publish(req: func.HttpRequest, out: func.Out[str]) -> str:
    out.set(req.route_params["what"])
    return "sent"
