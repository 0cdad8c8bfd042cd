"""What Kiln's API says about a run, read into frozen dataclasses. Times are UTC, durations seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cli.json_types import Json, child, moment, number, objects, text, texts

FINAL_STATES = frozenset({"Succeeded", "PartiallySucceeded", "Failed", "Canceled"})
STAGES = ("stage", "provision", "customize", "capture", "replicate", "cleanup")


@dataclass(frozen=True)
class Span:
    """When something started and ended, as far as it has."""

    started: datetime | None
    ended: datetime | None

    @classmethod
    def read(cls, body: Json) -> Self:
        return cls(moment(body, "startedAt"), moment(body, "endedAt"))

    def seconds(self, now: datetime | None = None) -> float | None:
        """From the start to the end, or to `now` while it lasts; None before the start."""
        if self.started is None:
            return None
        end = self.ended or now or datetime.now(UTC)
        return max(0.0, (end - self.started).total_seconds())


@dataclass(frozen=True)
class Stage:
    name: str
    state: str
    span: Span

    @classmethod
    def read(cls, body: Json) -> Self:
        return cls(text(body, "name"), text(body, "state"), Span.read(body))


@dataclass(frozen=True)
class Step:
    """One customizer of the run; `index` counts from 0 in the template's order.

    `cache` is `hit`, `miss`, `off` or empty as long as it is not known; the reason is empty for a hit.
    """

    index: int
    type: str
    name: str
    state: str
    exit_code: int | None
    span: Span
    cache: str
    cache_reason: str

    @classmethod
    def read(cls, body: Json) -> Self:
        index = number(body, "index") or 0
        return cls(
            index,
            text(body, "type"),
            text(body, "name"),
            text(body, "state"),
            number(body, "exitCode"),
            Span.read(body),
            text(body, "cache"),
            text(body, "cacheReason"),
        )


@dataclass(frozen=True)
class Region:
    """A region that an output is replicated to; `progress` in percent."""

    name: str
    state: str
    progress: int | None

    @classmethod
    def read(cls, body: Json) -> Self:
        return cls(text(body, "name"), text(body, "state"), number(body, "progress"))


@dataclass(frozen=True)
class Output:
    """One distributed image: `id` for an ARM resource, `uri` for a VHD in blob storage."""

    name: str
    type: str
    id: str
    uri: str
    version: str
    regions: tuple[Region, ...]

    @classmethod
    def read(cls, body: Json) -> Self:
        return cls(
            name=text(body, "name"),
            type=text(body, "type"),
            id=text(body, "id"),
            uri=text(body, "uri"),
            version=text(body, "version"),
            regions=tuple(Region.read(region) for region in objects(body, "regions")),
        )


@dataclass(frozen=True)
class RunError:
    code: str
    message: str
    stage: str
    details: Json

    @classmethod
    def read(cls, body: Json) -> Self | None:
        error = child(body, "error")
        if not error:
            return None
        return cls(text(error, "code"), text(error, "message"), text(error, "stage"), child(error, "details"))


@dataclass(frozen=True)
class Run:
    """One build of a template. `body` is the API's answer, for `--json`."""

    id: str
    template: str
    resource_group: str
    location: str
    state: str
    stage: str
    built_by: str
    created: datetime | None
    span: Span
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    source: Json
    outputs: tuple[Output, ...]
    error: RunError | None
    notes: tuple[str, ...]
    body: Json

    @classmethod
    def read(cls, body: Json) -> Self:
        return cls(
            id=text(body, "id"),
            template=text(body, "templateName"),
            resource_group=text(body, "resourceGroup"),
            location=text(body, "location"),
            state=text(body, "state"),
            stage=text(body, "stage"),
            built_by=text(body, "builtBy"),
            created=moment(body, "createdAt"),
            span=Span.read(body),
            stages=tuple(Stage.read(stage) for stage in objects(body, "stages")),
            steps=tuple(Step.read(step) for step in objects(body, "steps")),
            source=child(body, "source"),
            outputs=tuple(Output.read(output) for output in objects(body, "outputs")),
            error=RunError.read(body),
            notes=texts(body, "notes"),
            body=body,
        )

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def total(self) -> Span:
        """From acceptance to the end: what a user waits."""
        return Span(self.created or self.span.started, self.span.ended)
