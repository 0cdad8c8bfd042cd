"""Who rebuilds a template: decided by one conditional write to its record, however often it is asked for."""

from dataclasses import replace

from shared.catalog.templates import Stored
from shared.domain.errors import TransientError
from shared.domain.rebuild import MOST_FAILURES, ClaimCall, Claimed, ClaimOutcome, SettleCall, is_newer
from shared.domain.run import Run, RunState
from shared.domain.template_record import TemplateRecord, TriggerRecord
from shared.image_templates.documents import template_of
from shared.image_templates.progress import published
from shared.image_templates.runs import request_of
from shared.rebuilds.followed import HEALTHY, trigger_of
from shared.services import Services
from shared.starting import build_request, new_run

ATTEMPTS = 8
DISABLED = "Disabled"


def claim(kiln: Services, call: ClaimCall) -> Claimed:
    """Makes the run the template's own unless it is busy or up to date. Asked again, it answers the same."""
    for _ in range(ATTEMPTS):
        stored = kiln.templates.get(call.address)
        trigger = trigger_of(stored.record) if stored else None
        if stored is None or trigger is None:
            return Claimed(ClaimOutcome.CURRENT)
        if stored.record.last_run == call.run_id:
            return _started(kiln, stored.record, call)
        current = _last_run(kiln, stored.record)
        trigger = _revived(_aware(trigger, current), current)
        if trigger.code != HEALTHY or not is_newer(call.version, trigger.started_for):
            _keep(kiln, stored, trigger)
            return Claimed(ClaimOutcome.CURRENT)
        if current is not None and not current.ended:
            return Claimed(ClaimOutcome.BUSY)
        if _take(kiln, stored, (replace(trigger, started_for=call.version),), call):
            return _started(kiln, stored.record, call)
    raise TransientError(f"too many writers change template {call.address.name} at once")


def claim_patch(kiln: Services, call: ClaimCall) -> Claimed:
    """The same for a run that needs no new version, but only its turn; CURRENT when the template is gone.

    It begins with no layer: what scripts install anew is what it is for.
    """
    for _ in range(ATTEMPTS):
        stored = kiln.templates.get(call.address)
        if stored is None:
            return Claimed(ClaimOutcome.CURRENT)
        if stored.record.last_run == call.run_id:
            return _started(kiln, stored.record, call)
        current = _last_run(kiln, stored.record)
        if current is not None and not current.ended:
            return Claimed(ClaimOutcome.BUSY)
        if _take(kiln, stored, stored.record.triggers, call, cache=False):
            return _started(kiln, stored.record, call)
    raise TransientError(f"too many writers change template {call.address.name} at once")


def settle(kiln: Services, call: SettleCall) -> None:
    """Counts failures in a row; too many disable the trigger, as at AIB."""
    run = kiln.runs.get(call.run_id)

    def change(record: TemplateRecord) -> TemplateRecord:
        trigger = trigger_of(record)
        if trigger is None or trigger.settled_run == call.run_id:
            return record
        return replace(record, triggers=(_settled(trigger, run, call),))

    kiln.templates.change(call.address, change)


def _take(
    kiln: Services,
    stored: Stored,
    triggers: tuple[TriggerRecord, ...],
    call: ClaimCall,
    *,
    cache: bool = True,
) -> bool:
    """The one write that decides; the request is stored before, so that the run always finds it."""
    record = stored.record
    request = replace(request_of(record, call.built_by), cache=cache)
    kiln.documents.put_request(call.run_id, request)
    claimed = replace(record, last_run=call.run_id, outputs=published(kiln, record), triggers=triggers)
    return kiln.templates.replace(stored, claimed) is not None


def _started(kiln: Services, record: TemplateRecord, call: ClaimCall) -> Claimed:
    template = template_of(record)
    kiln.runs.add(new_run(call.run_id, template, request_of(record, call.built_by)))
    return Claimed(ClaimOutcome.STARTED, build_request(kiln, call.run_id, template))


def _last_run(kiln: Services, record: TemplateRecord) -> Run | None:
    return kiln.runs.get(record.last_run) if record.last_run else None


def _keep(kiln: Services, stored: Stored, trigger: TriggerRecord) -> None:
    """What was found out is kept for the watch, which asks for what is newer; if not now, then next time."""
    if trigger != trigger_of(stored.record):
        kiln.templates.replace(stored, replace(stored.record, triggers=(trigger,)))


def _aware(trigger: TriggerRecord, last: Run | None) -> TriggerRecord:
    """A success that somebody started by hand may have been built on a newer version than any event told."""
    if last is None or last.state is not RunState.SUCCEEDED or not last.source:
        return trigger
    return (
        replace(trigger, started_for=last.source) if is_newer(last.source, trigger.started_for) else trigger
    )


def _revived(trigger: TriggerRecord, last: Run | None) -> TriggerRecord:
    """A success that somebody started by hand after the failures enables the trigger again, as at AIB."""
    if trigger.code == HEALTHY or last is None or last.state is not RunState.SUCCEEDED:
        return trigger
    if last.created_at <= trigger.changed_at:
        return trigger
    return replace(trigger, code=HEALTHY, message="Trigger is active.", failures=0)


def _settled(trigger: TriggerRecord, run: Run | None, call: SettleCall) -> TriggerRecord:
    built_on = run.source if run is not None else ""
    started_for = built_on if built_on and is_newer(built_on, trigger.started_for) else trigger.started_for
    settled = replace(trigger, settled_run=call.run_id, started_for=started_for, changed_at=call.at)
    if call.error is None:
        return replace(settled, failures=0)
    failures = trigger.failures + 1
    if failures < MOST_FAILURES:
        return replace(settled, failures=failures)
    message = f"Trigger is disabled after {failures} failed builds in a row; a successful run enables it."
    return replace(settled, failures=failures, code=DISABLED, message=message)
