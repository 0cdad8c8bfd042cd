"""Storage queue triggers and outputs."""

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


@app.queue_trigger(arg_name="msg", queue_name="%IN_QUEUE%", connection="QUEUES")
@app.queue_output(arg_name="$return", queue_name="described", connection="QUEUES")
def describe(msg: func.QueueMessage) -> str:
    life = msg.expiration_time - msg.insertion_time
    lease = msg.time_next_visible - msg.insertion_time
    return json.dumps(
        {
            "id": msg.id,
            "body": msg.get_body().hex(),
            "dequeueCount": msg.dequeue_count,
            "days": life.days,
            "leased": lease.total_seconds() > 0,
            "receipt": bool(msg.pop_receipt),
        }
    )


@app.queue_trigger(arg_name="msg", queue_name="failing", connection="QUEUES")
def fails(msg: func.QueueMessage) -> None:
    mark("fails", f"{msg.get_body().decode()} {msg.dequeue_count}")
    raise ValueError("never")


@app.queue_trigger(arg_name="msg", queue_name="recovering", connection="QUEUES")
def fails_once(msg: func.QueueMessage) -> None:
    if mark("recovering", str(msg.dequeue_count)) == 1:
        raise ValueError("not yet")


@app.queue_trigger(arg_name="msg", queue_name="hanging", connection="QUEUES")
def hangs_once(msg: func.QueueMessage) -> None:
    """The first line names the delivery, with which a test can end its lease."""
    if mark("hanging", f"{msg.id} {msg.pop_receipt} {msg.dequeue_count}") == 1:
        time.sleep(60)


@app.route(route="send/{how}")
@app.queue_output(arg_name="out", queue_name="sent", connection="QUEUES")
def send(req: func.HttpRequest, out: func.Out[func.QueueMessage]) -> str:
    values = {
        "text": "grüße",
        "bytes": b"\x00\xff",
        "list": ["one", "two"],
        "object": func.QueueMessage(body="in an object"),
    }
    out.set(values[req.route_params["how"]])
    return "sent"
