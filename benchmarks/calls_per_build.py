"""What one build asks of Azure: calls to ARM, operations on tables and blobs, history; writes docs/scale.md.

`python -m benchmarks.calls_per_build [--builds 5]`. The builds run one after the other, on a local Kiln whose
cloud runs no scripts and whose operations take four seconds each, so that polls are counted as well, at the
pace that Kiln has in Azure where no service asks for another. Two customizers, one gallery version, layers.
Figures are means.
"""

import argparse
import re
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks import page
from benchmarks.metadata_stack import Stack, running, shared_image, template
from benchmarks.scale import history_bytes

SCALE = Path("docs/scale.md")
MOST_SECONDS = 300.0
REQUEST = re.compile(r'"(?P<method>[A-Z]+) /devstoreaccount1/(?P<path>[^" ]*)')
TABLE = re.compile(r"kiln[a-z]+(?=$|[(?])")
DAY_SECONDS = 86_400
# Per subscription, region and caller; learn.microsoft.com, "Understand how Azure Resource Manager throttles
# requests".
REFILL = {"reads": 25, "writes": 10, "deletes": 10}
BUILDS_A_DAY = (10, 1_000, 100_000)


def arm_kind(call: str) -> str:
    """The limit that a call counts against."""
    method = call.partition(" ")[0]
    return {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(method, "writes")


def storage_counts(log: str) -> Counter[str]:
    """Requests in Azurite's log, by kind: `kilnruns GET`, `blobs PUT`."""
    found: Counter[str] = Counter()
    for request in REQUEST.finditer(log):
        table = TABLE.match(request["path"])
        # A batch or a query is a POST or a GET; what counts is one request.
        found[f"{table[0] if table else 'blobs'} {request['method']}"] += 1
    return found


def measure(stack: Stack, builds: int) -> dict[str, Counter[str]]:
    """Counts over all the builds: `arm` by kind of call, `storage`, and `history` in bytes."""
    [definition] = stack.make_definitions(1)
    arm, log = Counter(stack.arm_calls()), stack.home.log("azurite")
    storage, history = storage_counts(log.read_text()), history_bytes(stack)
    for number in range(builds):
        # Nobody asks the API meanwhile: a user's looks are no part of a build.
        stack.start_builds([template(shared_image(definition), mark=str(number))], f"single{number}")
        stack.wait_for_all(MOST_SECONDS)
    return {
        "arm": Counter(stack.arm_calls()) - arm,
        "storage": storage_counts(log.read_text()) - storage,
        "history": Counter(bytes=history_bytes(stack) - history),
    }


def table(counts: dict[str, Counter[str]], builds: int) -> str:
    arm = Counter[str]()
    for call, number in counts["arm"].items():
        arm[arm_kind(call)] += number
    polls = counts["arm"]["GET operations"]
    tables = sum(number for kind, number in counts["storage"].items() if not kind.startswith("blobs"))
    blobs = sum(counts["storage"].values()) - tables
    rows = [
        ("ARM reads", arm["reads"]),
        ("… of which polls of operations", polls),
        ("ARM writes", arm["writes"]),
        ("ARM deletes", arm["deletes"]),
        ("table operations", tables),
        ("blob operations", blobs),
        ("history of all its orchestrations, KiB", counts["history"]["bytes"] / 1024),
    ]
    lines = ["| of one build | |", "|---|---|"]
    lines += [f"| {name} | {number / builds:.1f} |" for name, number in rows]
    lines += ["", *reckoning({kind: arm[kind] / builds for kind in REFILL}, tables / builds, blobs / builds)]
    return "\n".join([*lines, "", f"{builds} builds, one after the other; {page.machine()}."])


def reckoning(arm: dict[str, float], tables: float, blobs: float) -> list[str]:
    """What so many builds a day ask for in a second, and which share of a region's limits that is."""
    lines = [
        "| builds a day | ARM reads/s | ARM writes/s | share of a region's limit | table op/s | blob op/s |",
        "|---|---|---|---|---|---|",
    ]
    for number in BUILDS_A_DAY:
        rate = number / DAY_SECONDS
        share = max(arm[kind] * rate / REFILL[kind] for kind in REFILL)
        lines.append(
            f"| {number:,} | {arm['reads'] * rate:.3g} | {arm['writes'] * rate:.3g} | {share:.3g} |"
            f" {tables * rate:.3g} | {blobs * rate:.3g} |"
        )
    most = min(REFILL[kind] / arm[kind] for kind in REFILL) * DAY_SECONDS
    return [*lines, "", f"One subscription's limits in one region are used up by {most:,.0f} builds a day."]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--builds", type=int, default=5, help="builds, one after the other")
    arguments = parser.parse_args()
    options, settings = ("--operation-seconds", "4"), {"KILN_POLL_SECONDS": "1"}
    with (
        tempfile.TemporaryDirectory(prefix="kiln-calls-") as folder,
        running(Path(folder), options, settings, storage_log=True) as stack,
    ):
        counts = measure(stack, arguments.builds)
    text = table(counts, arguments.builds)
    page.write("calls_per_build", text, SCALE)
    print(text)
    for name, each in counts.items():
        print(name, {kind: round(number / arguments.builds, 1) for kind, number in each.most_common()})


if __name__ == "__main__":
    main()
