"""Counts the requests that one build makes to ARM, polls apart; writes the table in docs/performance.md.

`python -m benchmarks.arm_calls [--steps 2]`. The build publishes one gallery version, without a
subnet of the owner's, against a local cloud whose machines run no scripts; then once more, beginning with the
layer that the first one kept.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import page
from benchmarks.metadata_stack import running, shared_image, template
from cli.json_types import Json
from cli.json_types import text as text_of

# For a Linux image that ends as one gallery version, counted from the steps in the source of 2.6.4-dev
# (builder/azure/arm), not measured.
PACKER_CALLS, PACKER_OPERATIONS = 28, 11
POLLS = re.compile(r"/operations/|/operationResults/", re.IGNORECASE)
SECONDS = 120.0


# What a build has made itself; to read it is to look whether it is done.
OWN = re.compile(r"/virtualMachines/[^/]+/runCommands/[^/]+$|/galleries/.*/versions/[^/]+$", re.IGNORECASE)


@dataclass(frozen=True)
class Calls:
    """Of one build: requests with an effect, questions, and looks at what is under way."""

    effects: Counter[str]
    questions: Counter[str]
    polls: Counter[str]

    @property
    def but_polls(self) -> int:
        return self.effects.total() + self.questions.total()


def classify(exchanges: Iterable[Json]) -> Calls:
    calls = Calls(Counter(), Counter(), Counter())
    for exchange in exchanges:
        method, path = text_of(exchange, "method"), text_of(exchange, "path")
        chosen = calls.effects
        if method == "GET":
            chosen = calls.polls if POLLS.search(path) or OWN.search(path) else calls.questions
        chosen[f"{method} {kind(path)}"] += 1
    return calls


def kind(path: str) -> str:
    """The last type or action of an ARM path."""
    if POLLS.search(path):
        return "operation"
    parts = re.sub(r"^/subscriptions/[^/]+/", "", path).strip("/").split("/")
    if "providers" in parts:
        parts = parts[len(parts) - parts[::-1].index("providers") + 1 :]
    return parts[-1] if len(parts) % 2 else parts[-2]


def measure(steps: int) -> list[Calls]:
    """Of a first build, and of one that begins with its layer."""
    found = []
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        record = Path(folder) / "record.jsonl"
        with running(Path(folder) / "home", ["--record", str(record)]) as stack:
            [definition] = stack.make_definitions(1)
            wanted = template(shared_image(definition), steps=steps)
            for number in range(2):
                before = len(record.read_text().splitlines())
                stack.start_builds([wanted], f"calls-{number}")
                stack.wait_for_all(SECONDS)
                lines = record.read_text().splitlines()[before:]
                found.append(classify(json.loads(line) for line in lines))
    return found


def table(first: Calls, again: Calls, steps: int) -> str:
    names = sorted({*first.effects, *first.questions, *again.effects, *again.questions})
    rows = ["| call | first build | all steps cached |", "|---|---|---|"]
    for name in names:
        counts = [(calls.effects + calls.questions)[name] for calls in (first, again)]
        rows.append(f"| {name} | {counts[0]} | {counts[1]} |")
    return "\n".join(
        [
            *rows,
            f"| all, polls apart | {first.but_polls} | {again.but_polls} |",
            f"| polls | {first.polls.total()} | {again.polls.total()} |",
            "",
            f"{steps} customizers, one gallery version. Packer's azure-arm needs about {PACKER_CALLS} calls"
            f" and the ends of {PACKER_OPERATIONS} operations for the same, by its source at 2.6.4-dev; its"
            " scripts go through SSH. Image Builder makes its calls inside Microsoft's service, where they"
            " cannot be counted.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2, help="customizers of the template")
    arguments = parser.parse_args()
    first, again = measure(arguments.steps)
    text = table(first, again, arguments.steps)
    page.write("arm_calls", text)
    print(text)


if __name__ == "__main__":
    main()
