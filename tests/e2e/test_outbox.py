"""A bus that is away and a host that is killed meanwhile: the event arrives, and starts one build."""

import json
import os
import signal

import psutil
from azure.data.tables import TableServiceClient

from cli.local import processes
from tests.e2e.factory import TINY, Factory
from tests.e2e.parts import kill_host
from tests.e2e.stack import Stack


def kill_bus(stack: Stack) -> None:
    running = processes.find(stack.home, "service_bus")
    assert running is not None
    bus = psutil.Process(running.pid)
    os.kill(bus.pid, signal.SIGKILL)
    psutil.wait_procs([bus], timeout=10)


def kept_events(stack: Stack) -> list[str]:
    """What the events in the outbox are about."""
    service = TableServiceClient.from_connection_string(stack.local.endpoints.storage)
    with service, service.get_table_client("kilnoutbox") as table:
        return [json.loads(entity["document00"])["subject"] for entity in table.list_entities()]


def test_an_event_waits_for_the_bus(stack: Stack) -> None:
    factory = Factory(stack, "outbox")
    for name, source in (("base", TINY), ("web", "base")):
        factory.make_template(name, source, "true", vhd=False)
        factory.start(name)
        factory.finished(name, 1)
    factory.follow_source("web")

    kill_bus(stack)
    factory.start("base")
    base = factory.finished("base", 2)
    assert len(factory.runs("web")) == 1
    assert [base["outputs"][0]["id"]] == kept_events(stack)
    kill_host(stack)  # which starts the bus again

    web = factory.finished("web", 2)
    assert web["source"]["exactVersion"] == base["outputs"][0]["id"]
    factory.nothing_left_to_hear()
    assert len(factory.runs("web")) == 2
    assert kept_events(stack) == []
