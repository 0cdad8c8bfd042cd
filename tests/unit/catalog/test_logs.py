"""A log read in pieces is the log read whole, also while it grows."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from shared.catalog.documents import RunDocuments
from shared.catalog.logs import read_log
from shared.domain.run import Phase, Progress, Run, RunState, StepRecord

RUN_ID = "web-20261121T120000-abcdef"


@dataclass
class Blobs:
    """Blobs in memory."""

    content: dict[str, bytes] = field(default_factory=dict)

    def size(self, path: str) -> int | None:
        return len(self.content[path]) if path in self.content else None

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes | None:
        data = self.content.get(path)
        return None if data is None else data[offset : None if length is None else offset + length]


def run_with(steps: int, state: RunState) -> Run:
    records = tuple(StepRecord(i, "Shell", f"step {i}", Progress.SUCCEEDED, rounds=1) for i in range(steps))
    return Run(RUN_ID, "/subscriptions/s/…", "westeurope", state=state, steps=records)


@given(st.lists(st.binary(max_size=40), max_size=4), st.data())
def test_pieces_make_the_whole(outputs: list[bytes], data: st.DataObject) -> None:
    blobs = Blobs()
    documents = RunDocuments(blobs)  # type: ignore[arg-type]
    for i, output in enumerate(outputs):
        blobs.content[documents.log_path(RUN_ID, f"customize-{i:02d}")] = output
    run = run_with(len(outputs), RunState.SUCCEEDED)
    whole = read_log(documents, run, 0)
    assert whole.complete
    assert whole.data == b"".join(
        f"==> [{i + 1}/{len(outputs)}] Shell step {i}\n".encode() + output for i, output in enumerate(outputs)
    )
    cut = data.draw(st.integers(0, len(whole.data)))
    rest = read_log(documents, run, cut)
    assert rest.data == whole.data[cut:]
    assert rest.next_offset == len(whole.data)
    count = data.draw(st.integers(1, len(whole.data) - cut + 1)) if whole.data else 1
    part = read_log(documents, run, cut, count)
    assert part.data == whole.data[cut : cut + count]
    assert part.complete == (cut + count >= len(whole.data))


def test_validations_and_further_rounds_have_sections_of_their_own() -> None:
    blobs = Blobs()
    documents = RunDocuments(blobs)  # type: ignore[arg-type]
    for name in ("customize-00", "customize-00-2", "validate-00"):
        blobs.content[documents.log_path(RUN_ID, name)] = f"{name}\n".encode()
    steps = (
        StepRecord(0, "WindowsUpdate", "updates", Progress.SUCCEEDED, rounds=2),
        StepRecord(0, "Shell", "look", Progress.RUNNING, phase=Phase.VALIDATE, rounds=1),
        StepRecord(1, "Shell", "later", phase=Phase.VALIDATE),
    )
    run = Run(RUN_ID, "/subscriptions/s/…", "westeurope", state=RunState.RUNNING, steps=steps)
    assert read_log(documents, run, 0).data.decode().splitlines() == [
        "==> [1/1] WindowsUpdate updates",
        "customize-00",
        "==> [1/1] WindowsUpdate updates, after restart 1",
        "customize-00-2",
        "==> validate [1/2] Shell look",
        "validate-00",
    ]


def test_a_log_that_may_still_grow_is_not_complete() -> None:
    documents = RunDocuments(Blobs())  # type: ignore[arg-type]
    assert not read_log(documents, run_with(1, RunState.RUNNING), 0).complete
