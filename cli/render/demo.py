"""How the demo ends: the image, where it is, how long each stage took, and the proof from inside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.json_types import Json
from cli.local.proof import PAGE, PROGRAM, Proof
from cli.models import Run
from cli.render.words import duration

MIB = 1024 * 1024
BLOCK_BYTES = 512
"""The unit of st_blocks, stat(2)."""


@dataclass(frozen=True)
class DemoResult:
    """`vhd_bytes` is the VHD's full size; on disk it takes less, its empty parts are holes."""

    run: Run
    vhd: Path
    vhd_bytes: int
    proof: Proof

    def to_json(self) -> Json:
        return {
            "run": self.run.body,
            "vhd": str(self.vhd),
            "vhdBytes": self.vhd_bytes,
            "proof": {PAGE: self.proof.page, " ".join(PROGRAM): self.proof.nginx},
        }


def print_demo(result: DemoResult) -> None:
    for line in demo_lines(result):
        print(line)


def demo_lines(result: DemoResult) -> Iterator[str]:
    """The whole ending, a line at a time."""
    run = result.run
    yield ""
    for output in run.outputs:
        if output.id:
            yield f"gallery version  {output.version}"
            yield f"                 {output.id}"
            yield "regions          " + ", ".join(f"{each.name} ({each.state})" for each in output.regions)
    on_disk = result.vhd.stat().st_blocks * BLOCK_BYTES // MIB
    yield f"VHD              {result.vhd}"
    yield f"                 {result.vhd_bytes // MIB} MiB and the footer, {on_disk} MiB on disk"
    yield ""
    for stage in run.stages:
        yield f"{stage.name:<16} {duration(stage.span.seconds()):>8}"
    yield f"{'total':<16} {duration(run.total.seconds()):>8}"
    yield ""
    yield "From inside the image:"
    yield f"  $ cat {PAGE}"
    yield from (f"  {line}" for line in result.proof.page.splitlines())
    yield f"  $ {' '.join(PROGRAM)}"
    yield f"  {result.proof.nginx}"
    yield ""
    yield "Kiln keeps running; ./kiln runs lists builds, ./kiln down stops it."
