"""Reads a patch policy from JSON, or says everything wrong with it."""

from datetime import time

from shared.domain.waves import HaltRule, WaveRules
from shared.patching.policy import MOST_FAILURES, ApprovalRule, PatchPolicy, Selection
from shared.reading.object_reader import ObjectReader
from shared.reading.tags import read_tags
from shared.reading.whole import read_whole
from shared.schedules.schedule import Schedule, ScheduleError
from shared.schedules.window import DAYS, Window

MOST = 10_000


def read_policy(document: object, name: str) -> PatchPolicy:
    """Raises InvalidTemplateError with all problems, in the order of the document."""
    return read_whole(document, lambda root: _read(root, name), name)


def _read(root: ObjectReader, name: str) -> PatchPolicy:
    root.ignore("name")
    return PatchPolicy(
        name=name,
        schedule=_read_schedule(root),
        select=_read_selection(root),
        waves=_read_waves(root),
        halt=_read_halt(root),
        window=_read_window(root),
        approval=_read_approval(root),
        max_failures=root.integer("maxFailuresInARow", minimum=0, maximum=MOST, default=MOST_FAILURES),
        enabled=not root.has("enabled") or root.boolean("enabled"),
        dry_run=root.boolean("dryRun"),
    )


def _read_schedule(root: ObjectReader) -> Schedule:
    fields = root.required_child("schedule")
    if fields is None:
        return Schedule()
    days = None
    if fields.has("daysAfterPatchTuesday"):
        days = fields.integer("daysAfterPatchTuesday", minimum=0, maximum=27, default=0)
    schedule = Schedule(
        zone=fields.text("zone") or "UTC",
        cron=fields.text("cron"),
        days_after_patch_tuesday=days,
        at=fields.text("at", rule=_clock) or "00:00",
    )
    try:
        schedule.check()
    except ScheduleError as error:
        fields.problem(str(error))
    return schedule


def _read_selection(root: ObjectReader) -> Selection:
    fields = root.child("select")
    if fields is None:
        return Selection()
    return Selection(
        tags=read_tags(fields, "tags"),
        min_age_days=fields.integer("minAgeDays", minimum=0, maximum=MOST, default=0),
        exclude=fields.texts("exclude"),
    )


def _read_waves(root: ObjectReader) -> WaveRules:
    fields = root.child("waves")
    if fields is None:
        return WaveRules()
    return WaveRules(
        size=fields.integer("size", minimum=1, maximum=MOST, default=10),
        per_region=fields.integer("perRegion", minimum=0, maximum=MOST, default=0),
        soak_minutes=fields.integer("soakMinutes", minimum=0, maximum=MOST, default=0),
    )


def _read_halt(root: ObjectReader) -> HaltRule:
    fields = root.child("halt")
    if fields is None:
        return HaltRule()
    return HaltRule(
        failures=fields.integer("failures", minimum=0, maximum=MOST, default=0),
        ratio=fields.integer("failedPercent", minimum=0, maximum=100, default=0) / 100,
        least_builds=fields.integer("leastBuilds", minimum=1, maximum=MOST, default=5),
    )


def _read_window(root: ObjectReader) -> Window | None:
    fields = root.child("window")
    if fields is None:
        return None
    window = Window(
        start=fields.required_text("start", rule=_clock),
        end=fields.required_text("end", rule=_clock),
        days=fields.texts("days", rule=_day) or DAYS,
        zone=fields.text("zone") or "UTC",
    )
    try:
        Schedule(window.zone, days_after_patch_tuesday=0).check()
    except ScheduleError as error:
        fields.problem(str(error))
    return window


def _read_approval(root: ObjectReader) -> ApprovalRule:
    fields = root.child("approval")
    if fields is None:
        return ApprovalRule()
    return ApprovalRule(
        hours=fields.integer("hours", minimum=1, maximum=24 * 30, default=24),
        first_wave=not fields.has("firstWave") or fields.boolean("firstWave"),
    )


def _clock(text: str) -> str | None:
    try:
        time.fromisoformat(text)
    except ValueError:
        return "must be a time of day, hh:mm"
    return None


def _day(text: str) -> str | None:
    return None if text in DAYS else f"must be one of {', '.join(DAYS)}"
