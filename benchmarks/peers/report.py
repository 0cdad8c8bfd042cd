"""The figures as a table."""

import statistics
from collections.abc import Sequence

from benchmarks import page
from benchmarks.peers.measuring import Measured
from benchmarks.peers.peer import Case


def table(found: Sequence[Measured], absent: Sequence[tuple[str, str]], rounds: int, load: float) -> str:
    """`absent` are builders that could not be installed, with the reason."""
    cases = [case for case in Case if any(case in each.seconds for each in found)]
    rows = [f"| | {' | '.join(cases)} |", "|---" * (len(cases) + 1) + "|"]
    rows += [
        f"| {each.name} {each.facts.version} | {' | '.join(cell(each, case) for case in cases)} |"
        for each in found
    ]
    return "\n".join(
        [
            *rows,
            "",
            "Seconds: the median (least to most). Kiln's share of the fastest other builder's time:",
            *(f"- {case}: {line}" for case in cases if (line := ratio(found, case))),
            "",
            *remarks(found, absent),
            "",
            f"{rounds} rounds, builders in turn, on {page.machine()}; load average {load:.1f} at the start.",
        ]
    )


def cell(measured: Measured, case: Case) -> str:
    seconds = sorted(measured.seconds.get(case, []))
    if not seconds:
        return "-"
    if len(seconds) == 1:
        return f"{seconds[0]:.1f}"
    return f"{statistics.median(seconds):.1f} ({seconds[0]:.1f} to {seconds[-1]:.1f})"


def ratio(found: Sequence[Measured], case: Case) -> str:
    """The median of the ratios by turn, since the machine's own pace changes; Kiln is the first."""
    own, *others = found
    rivals = [other for other in others if other.seconds.get(case)]
    if not rivals or not own.seconds.get(case):
        return ""
    fastest = min(rivals, key=lambda other: statistics.median(other.seconds[case]))
    ratios = sorted(mine / its for mine, its in zip(own.seconds[case], fastest.seconds[case], strict=False))
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f} by turn"
    return f"{statistics.median(ratios):.2f} of {fastest.name}'s ({spread})"


def remarks(found: Sequence[Measured], absent: Sequence[tuple[str, str]]) -> list[str]:
    less = [f"- {each.name} does less: {each.facts.less}." for each in found if each.facts.less]
    refused = [
        f"- {each.name}, {case}: no figure: {why}." for each in found for case, why in each.refused.items()
    ]
    return [*less, *refused, *(f"- {name} could not be installed: {why}." for name, why in absent)]
