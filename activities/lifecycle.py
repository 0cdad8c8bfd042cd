"""Lifecycle: which versions go, and each step of their going."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared import announcing
from shared.azure.gallery_versions import delete_version
from shared.azure.version_lifecycle import ListedVersion, list_with_dates, set_end_of_life, versions_in_use
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.image_events import EventType, ImageEvent, new_event
from shared.domain.lifecycle import (
    LifecycleAction,
    LifecyclePlan,
    LifecyclePlanCall,
    LifecyclePolicy,
    LifecycleReport,
    LifecycleStepCall,
    RevokeCall,
    VersionFacts,
    plan_lifecycle,
)
from shared.domain.operations import OperationRef
from shared.domain.published_image import ImageState, PublishedImage
from shared.domain.stored_policy import LIFECYCLE
from shared.lifecycle.read_policy import read_lifecycle_policy
from shared.lifecycle.revoking import mark_revoked
from shared.services import Services

STATES = {
    LifecycleAction.DEPRECATE: ImageState.DEPRECATED,
    LifecycleAction.EXCLUDE: ImageState.EXCLUDED,
    LifecycleAction.DELETE: ImageState.DELETED,
}


def plan_lifecycle_steps(services: Services, call: LifecyclePlanCall) -> LifecyclePlan:
    """What the policy asks for now, by what Azure and the catalog say; changes nothing."""
    stored = services.cycles.get_policy(call.policy, LIFECYCLE)
    if stored is None:
        raise BuildFailed(BuildError("PolicyNotFound", f"the lifecycle policy {call.policy} was deleted"))
    policy = read_lifecycle_policy(stored.document, stored.name)
    listed = list_with_dates(services.arm.compute, policy.definition_id)
    users = versions_in_use(services.arm.compute)
    facts = [
        _facts(policy, version, services.images.get(version.id), users.get(version.id.lower(), ()))
        for version in listed
    ]
    steps = plan_lifecycle(policy, facts, datetime.fromisoformat(call.at))
    return LifecyclePlan(steps, policy.exclude_after_days, policy.delete_after_days)


def start_lifecycle_step(services: Services, call: LifecycleStepCall) -> OperationRef:
    """Starts the change of the version in Azure."""
    version_id = call.step.version_id
    if call.step.action is LifecycleAction.DELETE:
        return delete_version(services.arm.compute, version_id)
    exclude = call.step.action is LifecycleAction.EXCLUDE
    end = datetime.fromisoformat(call.end_of_life_at)
    return set_end_of_life(services.arm.compute, version_id, end, exclude=exclude)


def record_lifecycle_step(services: Services, call: LifecycleStepCall) -> ImageEvent:
    """Remembers the version's new state; the event that tells of it."""
    state = STATES[call.step.action]

    def change(image: PublishedImage) -> PublishedImage:
        if image.state is state:
            return image
        end = call.end_of_life_at
        return replace(image, state=state, state_at=call.at, reason=call.step.reason, end_of_life_at=end)

    facts = {"state": state.value, "reason": call.step.reason, "endOfLifeAt": call.end_of_life_at}
    event = new_event(EventType.IMAGE_DEPRECATED, call.step.version_id, call.at, facts)
    announcing.keep(services, event)
    services.images.change(call.step.version_id, change)
    return event


def start_revoke(services: Services, call: RevokeCall) -> OperationRef:
    """Starts to take the version out of use in Azure."""
    end = datetime.fromisoformat(call.at)
    return set_end_of_life(services.arm.compute, call.version_id, end, exclude=True)


def record_revoke(services: Services, call: RevokeCall) -> ImageEvent:
    """Remembers that the version is revoked; the event that tells of it."""
    facts = {"state": ImageState.REVOKED.value, "reason": call.reason, "endOfLifeAt": call.at}
    event = new_event(EventType.IMAGE_DEPRECATED, call.version_id, call.at, facts)
    announcing.keep(services, event)
    mark_revoked(services, call.version_id, call.reason, call.at)
    return event


def save_lifecycle_report(services: Services, call: LifecycleReport) -> None:
    services.cycles.save_lifecycle(call)


def _facts(
    policy: LifecyclePolicy, version: ListedVersion, image: PublishedImage | None, users: tuple[str, ...]
) -> VersionFacts:
    state, at = _state(policy, version, image)
    number = tuple(int(part) for part in version.name.split("."))
    return VersionFacts(
        id=version.id,
        number=(number[0], number[1], number[2]),
        published_at=version.published_at,
        state=state,
        state_at=at,
        tags=version.tags,
        users=users,
        excluded=version.excluded,
    )


def _state(
    policy: LifecyclePolicy, version: ListedVersion, image: PublishedImage | None
) -> tuple[ImageState, datetime | None]:
    """As it is remembered; else as Azure shows it, for versions that Kiln did not publish or deprecate.

    The end of life says when the step was taken. What somebody has excluded without one begins at the first.
    """
    if image is not None and image.state is not ImageState.LIVE:
        return image.state, datetime.fromisoformat(image.state_at) if image.state_at else None
    if version.end_of_life_at is None:
        return ImageState.LIVE, None
    excluded_at = version.end_of_life_at - timedelta(days=policy.delete_after_days)
    if version.excluded:
        return ImageState.EXCLUDED, excluded_at
    return ImageState.DEPRECATED, excluded_at - timedelta(days=policy.exclude_after_days)
