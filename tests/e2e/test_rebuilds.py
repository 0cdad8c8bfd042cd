"""A new version of a base image is built into everything below it: real bus, real builds, real images."""

import json
from pathlib import Path

from azure.servicebus import ServiceBusMessage

from local.guest.inspect import VhdImage
from tests.e2e.factory import TINY, Factory
from tests.e2e.stack import Stack

BASE_ID = "cat /proc/sys/kernel/random/uuid | sudo tee /etc/base-id"


def test_a_new_base_goes_through_web_into_app(stack: Stack, tmp_path: Path) -> None:
    factory = Factory(stack, "chain")
    # Each build of the base is to give another image.
    fresh = {"kiln-cache": "off"}
    for name, source, line, tags in (
        ("base", TINY, BASE_ID, fresh),
        ("web", "base", "sudo cp /etc/base-id /etc/web-built-on", {}),
        ("app", "web", "sudo cp /etc/web-built-on /etc/app-built-on", {}),
    ):
        factory.make_template(name, source, line, tags=tags)
        factory.start(name)
        factory.finished(name, 1)
        factory.follow_source(name)

    factory.start("base")
    base, web, app = (factory.finished(name, 2) for name in ("base", "web", "app"))
    ids = [run["outputs"][0]["id"] for run in (base, web, app)]
    assert (web["source"]["exactVersion"], app["source"]["exactVersion"]) == (ids[0], ids[1])
    assert base["builtBy"].endswith(")"), "asked for through Resource Manager, which tells who calls"
    assert web["builtBy"].startswith("event ")
    assert web["builtBy"].endswith(" from /kiln")
    new_id = next(line for line in stack.log(base["id"]).splitlines() if line.count("-") == 4)
    image = VhdImage(stack.download(app["outputs"][1]["uri"], tmp_path / "app.vhd"))
    assert image.read_file("/etc/base-id").decode().strip() == new_id
    assert image.read_file("/etc/app-built-on").decode().strip() == new_id

    lineage = factory.images("/lineage", id=ids[1])
    assert [each["id"] for each in lineage["ancestors"]] == [ids[0]]
    assert [each["id"] for each in lineage["descendants"]] == [ids[2]]
    assert lineage["image"]["parent"] == ids[0]
    assert lineage["image"]["builtBy"] == web["builtBy"]
    assert set(lineage["image"]["digests"]) == {"template", "customize-00"}
    assert factory.images("/lineage", id=ids[0])["image"]["parent"] == f"{TINY}:1.0.0"
    assert factory.images(stale="true")["value"] == []

    for copy in ("grid-1", "grid-1", "grid-2"):
        factory.send_event("Microsoft.Resources.ResourceWriteSuccess", ids[0], copy)
    factory.nothing_left_to_hear()
    assert [len(factory.runs(name)) for name in ("base", "web", "app")] == [2, 2, 2]


def test_what_is_no_event_is_kept_with_the_reason(stack: Stack) -> None:
    with Factory(stack, "rejected").bus() as bus:
        with bus.get_topic_sender("image-events") as sender:
            sender.send_messages(ServiceBusMessage(json.dumps({"specversion": "0.3"}), message_id="bad"))
        with bus.get_queue_receiver("rejected-messages", max_wait_time=60) as receiver:
            [kept] = receiver.receive_messages(max_message_count=1)
            receiver.complete_message(kept)
    properties = {str(k, "utf-8"): v for k, v in (kept.application_properties or {}).items()}
    assert properties["DeadLetterReason"] == b"InvalidEvent"
    assert properties["DeadLetterSource"] == b"image-events"
    assert b'specversion: must be "1.0"' in properties["DeadLetterErrorDescription"]
    assert kept.message_id == "bad"
