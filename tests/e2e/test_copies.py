"""Twenty copies of one event from four processes, and a host that is killed over them: one build."""

import json
import subprocess
import sys

from tests.e2e.factory import TINY, Factory, cloud_event, until
from tests.e2e.parts import kill_host
from tests.e2e.stack import Stack

SENDER = """
import sys
from azure.servicebus import ServiceBusClient, ServiceBusMessage
bus = ServiceBusClient.from_connection_string(sys.argv[1])
with bus, bus.get_topic_sender("image-events") as sender:
    for copy in range(5):
        sender.send_messages(ServiceBusMessage(sys.argv[2]))
"""


def test_twenty_copies_of_an_event_are_one_build(stack: Stack) -> None:
    factory = Factory(stack, "copies")
    for name, source in (("base", TINY), ("web", "base")):
        factory.make_template(name, source, "sleep 1", vhd=False)
        factory.start(name)
        factory.finished(name, 1)
    factory.start("base")
    base = factory.finished("base", 2)["outputs"][0]["id"]
    factory.follow_source("web")

    event = json.dumps(cloud_event("image-published", base, "the-same"))
    command = [sys.executable, "-c", SENDER, stack.local.endpoints.serviceBus, event]
    senders = [subprocess.Popen(command) for _ in range(4)]
    until(lambda: True if len(factory.runs("web")) > 1 else None, "second run of web")
    kill_host(stack)
    assert [sender.wait(timeout=120) for sender in senders] == [0] * 4
    factory.finished("web", 2)
    # What the killed host had taken comes again when its locks have ended, a minute later at most.
    factory.nothing_left_to_hear()
    factory.finished("web", 2)
