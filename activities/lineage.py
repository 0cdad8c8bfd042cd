"""Lineage: what was published, from what, who follows it, and what is newer than what they were built on."""

import hashlib

from activities.stage import load_template
from shared import announcing
from shared.azure.newest import newest_version
from shared.customizers.registry import steps_of
from shared.domain.build import IndexedCall
from shared.domain.image_events import EXCLUDED, EventType, ImageEvent, new_event
from shared.domain.names import step_script
from shared.domain.plan import BuildPlan
from shared.domain.planned_output import GalleryOutput
from shared.domain.published_image import PublishedImage, lineage_key
from shared.domain.rebuild import ClaimCall, Claimed, Dependents, SettleCall, VersionCall, is_newer
from shared.domain.run import Phase
from shared.domain.watch import FollowedSource, FollowedSources, NewestVersion, WatchRequest
from shared.rebuilds import claims
from shared.rebuilds.followed import dependents, followers, trigger_of
from shared.services import Services
from shared.starting import utc_now
from shared.template.digest import template_digest


def record_image(services: Services, call: IndexedCall) -> ImageEvent:
    """Remembers gallery output `index`, which is published now; the event that tells of it."""
    plan = services.documents.get_plan(call.run_id)
    output = plan.galleries[call.index]
    event = _published(plan, output)
    announcing.keep(services, event)
    services.images.add(
        PublishedImage(
            id=output.version_id,
            definition_id=output.version_id.rpartition("/versions/")[0],
            version=output.version,
            parent=plan.source.description,
            template_id=plan.template_id,
            run_id=plan.run_id,
            published_at=utc_now().isoformat(),
            digests=_digests(services, plan),
            regions=tuple(region.name for region in output.target_regions),
            built_by=services.documents.get_request(call.run_id).built_by,
        )
    )
    return event


def _published(plan: BuildPlan, output: GalleryOutput) -> ImageEvent:
    facts = {"runId": plan.run_id, "templateId": plan.template_id, "parent": plan.source.description}
    if output.exclude_from_latest:
        facts[EXCLUDED] = "true"
    return new_event(EventType.IMAGE_PUBLISHED, output.version_id, plan.created_at, facts)


def _digests(services: Services, plan: BuildPlan) -> dict[str, str]:
    """SHA-256 of the template, and of each customizer's script and file as they were staged for the run.

    A run that only distributes ran none; one that went on in a kept VM staged the files of its own steps.
    """
    template = load_template(services, plan.run_id)
    found = {"template": template_digest(template)}
    files = {step.index: step.artifact_blob for step in plan.steps}
    for step in steps_of(template) if plan.vms else ():
        name = step_script(Phase.CUSTOMIZE, step.index)
        found[name] = hashlib.sha256(step.script.encode()).hexdigest()
        if files.get(step.index):
            found[f"{name}/file"] = services.blobs.digest(files[step.index])
    return found


def announce(services: Services, call: ImageEvent) -> None:
    """Publishes an event, now or when the bus is back."""
    announcing.tell(services, call)


def find_dependents(services: Services, call: VersionCall) -> Dependents:
    """Templates that follow the image of this exact version."""
    return Dependents(tuple(record.address for record in dependents(services, call.version)))


def claim_rebuild(services: Services, call: ClaimCall) -> Claimed:
    return claims.claim(services, call)


def settle_rebuild(services: Services, call: SettleCall) -> None:
    claims.settle(services, call)


def find_followed_sources(services: Services, call: WatchRequest) -> FollowedSources:  # noqa: ARG001 - activities have two
    """Each image that is followed, once for each region, however many templates follow it there."""
    oldest: dict[tuple[str, str], FollowedSource] = {}
    for record, reference in followers(services):
        key = (reference.lower(), record.location)
        trigger = trigger_of(record)
        # A template that has got another source was never built on it.
        same = trigger is not None and lineage_key(trigger.started_for) == lineage_key(reference)
        seen = trigger.started_for if trigger and same else ""
        known = oldest.get(key)
        if known is None or is_newer(known.seen, seen):
            oldest[key] = FollowedSource(reference, record.location, seen)
    return FollowedSources(tuple(oldest.values()))


def find_newest_version(services: Services, call: FollowedSource) -> NewestVersion:
    """The newest version, if it is newer than what the oldest follower was built on."""
    version = newest_version(services.arm.compute, call.reference, call.location)
    return NewestVersion(version if version and is_newer(version, call.seen) else "")
