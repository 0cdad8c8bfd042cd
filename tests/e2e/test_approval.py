"""An image is published when somebody has approved it: by the API, or by a message."""

import json
from typing import Any

from azure.servicebus import ServiceBusMessage

from tests.e2e.factory import TINY, Factory, until
from tests.e2e.stack import ENDED, Stack

TAGS = {"kiln-approve-before-replicate": "1"}


def waiting(factory: Factory) -> dict[str, Any]:
    """The run that stands before its publishing."""

    def look() -> dict[str, Any] | None:
        found = [run for run in factory.runs("web") if run["state"] not in ENDED]
        waits = [run for run in found if run["notes"] and "waits for approval" in run["notes"][-1]]
        return waits[0] if waits else None

    return until(look, "run that waits for approval")


def test_publishing_waits_for_a_human(stack: Stack) -> None:
    factory = Factory(stack, "approved")
    factory.make_template("web", TINY, "true", vhd=False, tags=TAGS)
    factory.start("web")
    run = waiting(factory)
    path = f"/builds/{run['id']}/approve"
    assert stack.versions(f"{factory.gallery}/images/web") == []
    assert stack.call("POST", path, json={"approved": True}).status_code == 400
    assert stack.call("POST", path, json={"approved": True, "by": "ada"}).status_code == 202
    done = stack.finish(run["id"])
    assert (done["state"], done["error"]) == ("Succeeded", None)
    assert done["notes"][-1].startswith("publishing approved by ada at ")
    late = stack.call("POST", path, json={"approved": True, "by": "ada"})
    assert late.json()["error"]["code"] == "NothingToApprove"

    factory.start("web")
    run = waiting(factory)
    refused = {"approve": {"run": run["id"], "approved": False, "by": "grace", "comment": "freeze"}}
    with factory.bus() as bus, bus.get_queue_sender("build-requests") as sender:
        sender.send_messages(ServiceBusMessage(json.dumps(refused)))
    done = stack.finish(run["id"])
    assert (done["state"], done["error"]["code"]) == ("Failed", "NotApproved")
    assert "refused by grace" in done["error"]["message"]
    assert stack.versions(f"{factory.gallery}/images/web") == [
        factory.runs("web")[1]["outputs"][0]["version"]
    ]
    assert stack.left_over(run["id"]) == []
