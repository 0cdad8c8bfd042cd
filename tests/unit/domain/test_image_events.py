"""The envelope of events, and the names by which versions belong together."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.image_events import (
    EventType,
    ImageEvent,
    InvalidEventError,
    from_cloud_event,
    new_event,
    to_cloud_event,
)
from shared.domain.published_image import lineage_key, version_of

VERSION = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/G/images/Base/versions/1.2.3"
)
TIME = "2026-11-21T00:00:00+00:00"

events = st.builds(
    ImageEvent,
    id=st.text(min_size=1),
    type=st.sampled_from([each for each in EventType if not each.value.startswith("Microsoft.")]),
    subject=st.text(min_size=1),
    time=st.just(TIME),
    source=st.text(min_size=1),
    data=st.dictionaries(st.text(), st.text()),
)


@given(events)
def test_an_event_comes_out_of_its_envelope_as_it_went_in(event: ImageEvent) -> None:
    assert from_cloud_event(to_cloud_event(event)) == event


def test_the_same_fact_has_the_same_id() -> None:
    first = new_event(EventType.IMAGE_PUBLISHED, VERSION, TIME, {"run": "r"})
    assert new_event(EventType.IMAGE_PUBLISHED, VERSION, "later", {"run": "r"}).id == first.id
    assert new_event(EventType.IMAGE_PUBLISHED, VERSION, TIME, {"run": "q"}).id != first.id
    assert first.new_version == VERSION
    assert new_event(EventType.BUILD_FAILED, "t", TIME).new_version == ""


def test_resource_events_of_event_grid_are_read() -> None:
    document = {
        "specversion": "1.0",
        "id": "1",
        "source": "/subscriptions/s",
        "type": "Microsoft.Resources.ResourceWriteSuccess",
        "subject": VERSION,
        "time": TIME,
        "data": {"operationName": "Microsoft.Compute/galleries/images/versions/write", "claims": {}},
    }
    assert from_cloud_event(document).new_version == VERSION
    with pytest.raises(
        InvalidEventError, match="subject: must be the full ARM id of a gallery image version"
    ):
        from_cloud_event({**document, "subject": "/subscriptions/s/resourceGroups/g"})


def test_all_problems_of_a_message_are_told() -> None:
    with pytest.raises(InvalidEventError) as caught:
        from_cloud_event({"specversion": "0.3", "id": 7, "type": "other"})
    assert [problem.path for problem in caught.value.problems] == [
        "specversion",
        "id",
        "source",
        "type",
        "subject",
    ]
    with pytest.raises(InvalidEventError, match="must be a CloudEvent"):
        from_cloud_event([])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(json_values | st.dictionaries(st.sampled_from(["specversion", "id", "type", "subject"]), json_values))
def test_no_message_breaks_the_reader(document: object) -> None:
    with contextlib.suppress(InvalidEventError):
        from_cloud_event(document)


def test_versions_of_one_image_share_a_key() -> None:
    assert lineage_key(VERSION) == lineage_key(VERSION.upper().replace("1.2.3", "LATEST"))
    assert version_of(VERSION) == "1.2.3"
    assert lineage_key("Debian:debian-12:12-gen2:latest") == "debian:debian-12:12-gen2"
    assert version_of("Debian:debian-12:12-gen2:0.1.2") == "0.1.2"
    assert version_of("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i") == ""
