"""The words that runs are told in, the same on a terminal and in plain lines."""

from cli.models import Output, Run, RunError, Step

MINUTE_SECONDS = 60
LAST_LINES = 20
RESULT_WORDS = {"Succeeded": "ok", "Failed": "failed", "Skipped": "skipped", "Canceled": "canceled"}


def duration(seconds: float | None) -> str:
    """`1.2 s`, `2 min 05 s`, or nothing for an unknown one."""
    if seconds is None:
        return ""
    if seconds < MINUTE_SECONDS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE_SECONDS)
    return f"{minutes} min {rest:02d} s"


def result(state: str) -> str:
    """The word for a state that something ended in."""
    return RESULT_WORDS.get(state, state.lower())


def step_title(step: Step, steps: int) -> str:
    """`[1/3] Shell install-nginx`."""
    return f"[{step.index + 1}/{steps}] {step.type} {step.name}".rstrip()


def cache_words(step: Step) -> str:
    """Whether the customizer was in a layer, and why not; empty as long as that is not known."""
    if not step.cache:
        return ""
    return f"cache {step.cache}" + (f": {step.cache_reason}" if step.cache_reason else "")


def output_lines(output: Output) -> list[str]:
    """What was distributed, and where it is."""
    place = output.id or output.uri or "(not distributed)"
    lines = [f"{output.name} ({output.type}): {place}"]
    if output.regions:
        lines.append("  regions: " + ", ".join(f"{region.name} {region.state}" for region in output.regions))
    return lines


def error_lines(run: Run) -> list[str]:
    """Why the run failed: code, stage, customizer, exit code, and the last lines of its output."""
    error = run.error
    if error is None:
        return [f"run {run.id} ended {run.state}"]
    lines = [f"{error.code} in stage {error.stage or run.stage or '?'}: {error.message.splitlines()[0]}"]
    lines += _customizer_lines(error, run)
    rest = error.message.splitlines()[1:]
    last = error.details.get("lastLines") or error.details.get("output")
    shown = [str(line) for line in last] if isinstance(last, list) else str(last or "").splitlines()
    return [*lines, *(f"  | {line}" for line in (shown or rest)[-LAST_LINES:])]


def _customizer_lines(error: RunError, run: Run) -> list[str]:
    failed = next((step for step in run.steps if step.state == "Failed"), None)
    if failed is None:
        return []
    code = failed.exit_code if failed.exit_code is not None else error.details.get("exitCode")
    ended = "" if code is None else f", exit code {code}"
    return [f"  customizer {step_title(failed, len(run.steps))}{ended}"]
