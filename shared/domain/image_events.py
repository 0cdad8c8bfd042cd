"""Events about images, in one envelope: CloudEvents 1.0 (github.com/cloudevents/spec, JSON format).

Kiln publishes its own; from Azure come Event Grid's resource events of gallery image versions, in the same
envelope ("CloudEvents v1.0 schema with Azure Event Grid").
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.codec import Json
from shared.domain.problems import Problem

SPEC_VERSION = "1.0"
SOURCE = "/kiln"
LONGEST_FACT = 4096  # characters
WATCHER = "/kiln/watch"  # what the watch found says so in its data, `seenBy`
EXCLUDED = "excludeFromLatest"  # a fact of new versions that `latest` passes over: "true"
_GALLERY_VERSION = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute"
    r"/galleries/[^/]+/images/[^/]+/versions/[^/]+",
    re.IGNORECASE,
)


class EventType(StrEnum):
    IMAGE_PUBLISHED = "image-published"
    IMAGE_DEPRECATED = "image-deprecated"
    BUILD_FAILED = "build-failed"
    MARKETPLACE_VERSION = "marketplace-version-published"
    RESOURCE_WRITTEN = "Microsoft.Resources.ResourceWriteSuccess"
    RESOURCE_DELETED = "Microsoft.Resources.ResourceDeleteSuccess"


# What tells of a version that others may be built on.
NEW_VERSION = frozenset(
    {EventType.IMAGE_PUBLISHED, EventType.MARKETPLACE_VERSION, EventType.RESOURCE_WRITTEN}
)


class InvalidEventError(Exception):
    """A message that is no event; carries all its problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class ImageEvent:
    """`subject` is what it is about: the full ARM id of a gallery version, a URN with its version, or a
    template's id. `time` is UTC, ISO 8601; `data` are short facts without secrets.
    """

    id: str
    type: EventType
    subject: str
    time: str
    source: str = SOURCE
    data: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What a run that the event starts was built by."""
        watched = self.source == SOURCE and self.data.get("seenBy") == WATCHER
        return "watch" if watched else f"event {self.id} from {self.source}"

    @property
    def new_version(self) -> str:
        """The exact version that `latest` may be now; empty for every other event."""
        excluded = self.data.get(EXCLUDED, "") == "true"
        return self.subject if self.type in NEW_VERSION and not excluded else ""


def new_event(type_: EventType, subject: str, time: str, data: dict[str, str] | None = None) -> ImageEvent:
    """An event of Kiln's own. The same fact gets the same id, so that telling it twice is telling it once.

    Facts are cut to what a bus takes with certainty.
    """
    facts = {name: value[:LONGEST_FACT] for name, value in (data or {}).items()}
    digest = hashlib.sha256(f"{type_} {subject} {sorted(facts.items())}".encode()).hexdigest()
    return ImageEvent(digest[:32], type_, subject, time, SOURCE, facts)


def to_cloud_event(event: ImageEvent) -> dict[str, Json]:
    return {
        "specversion": SPEC_VERSION,
        "id": event.id,
        "source": event.source,
        "type": event.type.value,
        "subject": event.subject,
        "time": event.time,
        "datacontenttype": "application/json",
        "data": dict(event.data),
    }


def from_cloud_event(document: object) -> ImageEvent:
    """Raises InvalidEventError with all problems; an unknown type is one of them."""
    if not isinstance(document, dict):
        raise InvalidEventError((Problem("$", "must be a CloudEvent (a JSON object)", "InvalidEvent"),))
    problems = tuple(Problem(path, message, "InvalidEvent") for path, message in _faults(document))
    if problems:
        raise InvalidEventError(problems)
    data = document.get("data")
    return ImageEvent(
        id=document["id"],
        type=EventType(document["type"]),
        subject=_subject(document),
        time=str(document.get("time", "")),
        source=document["source"],
        data={name: str(value) for name, value in data.items()} if isinstance(data, dict) else {},
    )


def _faults(document: dict[str, object]) -> Iterator[tuple[str, str]]:
    if document.get("specversion") != SPEC_VERSION:
        yield "specversion", f'must be "{SPEC_VERSION}"'
    for name in ("id", "source", "type"):
        if not isinstance(document.get(name), str) or not document[name]:
            yield name, "must be a string that is not empty"
    known = [each.value for each in EventType]
    if isinstance(document.get("type"), str) and document["type"] and document["type"] not in known:
        yield "type", f"must be one of {', '.join(known)}"
    if not _subject(document):
        yield "subject", "must name what the event is about"
    if str(document.get("type")).startswith("Microsoft.") and not _GALLERY_VERSION.fullmatch(
        _subject(document)
    ):
        yield "subject", "must be the full ARM id of a gallery image version"


def _subject(document: dict[str, object]) -> str:
    subject = document.get("subject")
    return subject if isinstance(subject, str) else ""
