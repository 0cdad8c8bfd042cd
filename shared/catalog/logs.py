"""A run's log: the output of its scripts, in order, as one text that only grows."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.catalog.documents import RunDocuments
from shared.domain.names import DEPROVISION, step_script
from shared.domain.run import Phase, Run, Stage, StepRecord

MOST_BYTES = 1 << 20  # of one answer


@dataclass(frozen=True)
class LogChunk:
    """Bytes of a log; the next ones begin at `next_offset`. `complete` when nothing will follow."""

    data: bytes
    next_offset: int
    complete: bool


@dataclass(frozen=True)
class _Section:
    """A heading and the blob of output below it."""

    heading: bytes
    blob: str


def read_log(documents: RunDocuments, run: Run, offset: int) -> LogChunk:
    """The log from `offset` (bytes), at most 1 MiB."""
    data = b""
    position = 0
    for section in _sections(documents, run):
        size = documents.blobs.size(section.blob) or 0
        room = MOST_BYTES - len(data)
        data += _slice(documents, section, offset + len(data) - position, room)
        position += len(section.heading) + size
    end = offset + len(data)
    return LogChunk(data, end, run.ended and end >= position)


def _slice(documents: RunDocuments, section: _Section, start: int, count: int) -> bytes:
    """At most `count` bytes of the section, from its byte `start` on."""
    if count <= 0:
        return b""
    heading = section.heading[max(start, 0) :][:count]
    rest = count - len(heading)
    body = documents.blobs.read(section.blob, max(0, start - len(section.heading)), rest) if rest else b""
    return heading + (body or b"")


def _sections(documents: RunDocuments, run: Run) -> Iterator[_Section]:
    """A section begins only when those before it are complete, so offsets stay true while a log grows."""
    for phase in Phase:
        steps = [step for step in run.steps if step.phase is phase]
        for step in steps:
            yield from _rounds(documents, run, step, len(steps))
        captured = next(record for record in run.stages if record.name is Stage.CAPTURE)
        if phase is Phase.CUSTOMIZE and captured.started_at:
            yield _Section(b"==> deprovision\n", documents.log_path(run.id, DEPROVISION))


def _rounds(documents: RunDocuments, run: Run, step: StepRecord, count: int) -> Iterator[_Section]:
    """One section for each time that the step's script was started."""
    what = "" if step.phase is Phase.CUSTOMIZE else f"{step.phase} "
    for number in range(1, step.rounds + 1):
        again = f", after restart {number - 1}" if number > 1 else ""
        title = f"==> {what}[{step.index + 1}/{count}] {step.type} {step.name}{again}\n"
        log = documents.log_path(run.id, step_script(step.phase, step.index, number))
        yield _Section(title.encode(), log)
