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


def read_log(documents: RunDocuments, run: Run, offset: int, most: int = MOST_BYTES) -> LogChunk:
    """The log from `offset` (bytes), at most `most` of it and 1 MiB."""
    room, data, position = min(most, MOST_BYTES), b"", 0
    for section in _sections(documents, run):
        if len(data) == room:
            return LogChunk(data, offset + room, complete=False)
        part, length = _part(documents, run, section, offset + len(data) - position, room - len(data))
        data += part
        position += length
    end = offset + len(data)
    return LogChunk(data, end, run.ended and end >= position)


def _part(documents: RunDocuments, run: Run, section: _Section, start: int, count: int) -> tuple[bytes, int]:
    """At most `count` bytes of the section, from its byte `start` on; and how long the section is.

    Whoever has read less than there was room for knows the length without asking, and nobody asks twice for
    that of a run that has ended.
    """
    heading = section.heading[max(start, 0) :][:count]
    begin, room = max(0, start - len(section.heading)), count - len(heading)
    size = documents.log_sizes.get(section.blob)
    if size is None and begin:
        size = documents.blobs.size(section.blob) or 0
    wanted = room if size is None else min(room, max(0, size - begin))
    body = (documents.blobs.read(section.blob, begin, wanted) or b"") if wanted else b""
    if size is None:
        size = len(body) if len(body) < room else documents.blobs.size(section.blob) or 0
    if run.ended:
        documents.log_sizes.keep(section.blob, size)
    return heading + body, len(section.heading) + size


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
