"""Patch cycles as text: one in a line of a list, one in full."""

from collections.abc import Iterator

from cli.json_types import Json, child, objects, text, texts

COLUMNS = ("cycle", "policy", "state", "wave", "templates", "started (UTC)", "started by")
WIDTH = 10


def row(cycle: Json) -> tuple[str, ...]:
    """A line of the list, in the order of `COLUMNS`."""
    return (
        text(cycle, "id"),
        text(cycle, "policy"),
        _state(cycle),
        f"{text(cycle, 'wave')}/{text(cycle, 'waves')}",
        _counts(cycle),
        text(cycle, "startedAt")[:19].replace("T", " "),
        text(cycle, "startedBy"),
    )


def cycle_lines(cycle: Json) -> Iterator[str]:
    """Everything about the cycle, a line at a time."""
    facts = (
        ("cycle", text(cycle, "id")),
        ("policy", text(cycle, "policy")),
        ("state", _state(cycle)),
        ("started", f"{text(cycle, 'startedAt')} by {text(cycle, 'startedBy') or '(unknown)'}"),
        ("ended", text(cycle, "endedAt")),
        ("wave", f"{text(cycle, 'wave')} of {text(cycle, 'waves')}"),
        ("waits for", text(cycle, "waitsFor")),
        ("reason", text(cycle, "reason")),
        ("templates", _counts(cycle)),
        *(("approval", line) for line in texts(cycle, "approvals")),
    )
    for name, value in facts:
        if value:
            yield f"{name:<{WIDTH}} {value}"
    wave = ""
    for template in objects(cycle, "templates"):
        if text(template, "wave") != wave:
            wave = text(template, "wave")
            yield ""
            yield f"wave {wave}" if wave != "0" else "left out"
        yield _template_line(template)


def _template_line(template: Json) -> str:
    name = text(template, "templateId").rpartition("/")[2]
    parts = (f"  {name}", text(template, "state"), text(template, "runId"), text(template, "reason"))
    return "  ".join(part for part in parts if part)


def _state(cycle: Json) -> str:
    return text(cycle, "state") + (" (dry run)" if cycle.get("dryRun") is True else "")


def _counts(cycle: Json) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(child(cycle, "counts").items()))
