"""Which versions of an image definition go, and why: deprecated, then no longer latest, then deleted.

Each step waits for the one before, so that whoever uses a version has the days between to move on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.operations import PollPolicy
from shared.domain.published_image import ImageState


class LifecycleAction(StrEnum):
    KEEP = "keep"
    DEPRECATE = "deprecate"  # sets the end of life
    EXCLUDE = "exclude"  # from latest
    DELETE = "delete"


@dataclass(frozen=True)
class LifecyclePolicy:
    """What may go of a definition. 0 switches a limit off; a policy without limits keeps everything.

    A version is surplus when it is neither among the newest `keep_count` nor younger than `keep_days`. Tags
    of `spare_tags` keep a version, `*` for any value. The days count from the step before. A policy that is
    not `enabled` is applied by hand alone.
    """

    definition_id: str
    keep_count: int = 0
    keep_days: int = 0
    keep_newest_of_major: bool = True
    spare_tags: dict[str, str] = field(default_factory=dict)
    exclude_after_days: int = 14
    delete_after_days: int = 30
    enabled: bool = False


@dataclass(frozen=True)
class VersionFacts:
    """What decides about a version. Times are aware; `users` are ids of what runs on it.

    `excluded` from latest: whoever did that, and with whatever state.
    """

    id: str
    number: tuple[int, int, int]
    published_at: datetime
    state: ImageState = ImageState.LIVE
    state_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    users: tuple[str, ...] = ()
    excluded: bool = False

    @property
    def revoked(self) -> bool:
        return self.state is ImageState.REVOKED


@dataclass(frozen=True)
class LifecycleStep:
    """What happens to a version, and the reason in words."""

    version_id: str
    action: LifecycleAction
    reason: str


@dataclass(frozen=True)
class LifecycleRequest:
    """Input of `apply_lifecycle`: the policy called `policy`; a dry run changes nothing."""

    id: str
    policy: str
    dry_run: bool = True
    poll: PollPolicy = field(default_factory=PollPolicy)


@dataclass(frozen=True)
class RevokeRequest:
    """Input of `revoke_images`: full ARM ids of versions, and why; nothing may be built on them any more."""

    version_ids: tuple[str, ...]
    reason: str
    poll: PollPolicy = field(default_factory=PollPolicy)


@dataclass(frozen=True)
class RevokeCall:
    """Input of the activities that revoke one version; `at` is UTC, ISO 8601."""

    version_id: str
    reason: str
    at: str


@dataclass(frozen=True)
class LifecyclePlanCall:
    """Input of `plan_lifecycle_steps`; `at` is UTC, ISO 8601."""

    policy: str
    at: str


@dataclass(frozen=True)
class LifecyclePlan:
    """What to do; a version that is excluded now may be deleted after so many days."""

    steps: tuple[LifecycleStep, ...]
    exclude_after_days: int = 0
    delete_after_days: int = 0

    def end_of_life(self, step: LifecycleStep, now: datetime) -> datetime:
        """When the version may be deleted at the earliest."""
        first = self.exclude_after_days if step.action is LifecycleAction.DEPRECATE else 0
        return now + timedelta(days=first + self.delete_after_days)


@dataclass(frozen=True)
class LifecycleStepCall:
    """Input of the activities that take one step; `end_of_life_at` is when the version may be deleted."""

    step: LifecycleStep
    at: str
    end_of_life_at: str


@dataclass(frozen=True)
class TakenStep:
    """A step and what came of it; `error` is empty for success, and in a dry run."""

    version_id: str
    action: LifecycleAction
    reason: str
    error: str = ""


@dataclass(frozen=True)
class LifecycleReport:
    """What one application of a policy did, or would do."""

    id: str
    policy: str
    dry_run: bool
    at: str
    steps: tuple[TakenStep, ...] = ()
    error: str = ""


def plan_lifecycle(
    policy: LifecyclePolicy, versions: Iterable[VersionFacts], now: datetime
) -> tuple[LifecycleStep, ...]:
    """One step for each version that is there, the newest first.

    The newest that may be used is kept, and so is what `latest` means now. Revoked versions count as neither.
    """
    newest_first = sorted(versions, key=lambda version: version.number, reverse=True)
    present = [version for version in newest_first if version.state is not ImageState.DELETED]
    usable = [version for version in present if not version.revoked]
    return tuple(_step(policy, version, usable, now) for version in present)


def _step(
    policy: LifecyclePolicy, version: VersionFacts, usable: Sequence[VersionFacts], now: datetime
) -> LifecycleStep:
    kept = _spared(policy, version)
    if not kept and not version.revoked:
        kept = _needed(policy, version, usable) or _wanted(policy, version, usable, now)
    return LifecycleStep(version.id, LifecycleAction.KEEP, kept) if kept else _next(policy, version, now)


def _spared(policy: LifecyclePolicy, version: VersionFacts) -> str:
    """Why nobody takes the version away, whatever its age and state; empty if nothing protects it."""
    for name, value in policy.spare_tags.items():
        if name in version.tags and value in ("*", version.tags[name]):
            return f"tagged {name}={version.tags[name]}"
    if version.users:
        return f"in use by {len(version.users)}, for example {version.users[0]}"
    return ""


def _needed(policy: LifecyclePolicy, version: VersionFacts, usable: Sequence[VersionFacts]) -> str:
    """Why the image needs the version."""
    if version is usable[0]:
        return "the newest version"
    if version is next((other for other in usable if not other.excluded), None):
        return "what latest means"
    major = [other for other in usable if other.number[0] == version.number[0]]
    if policy.keep_newest_of_major and version is major[0]:
        return f"the newest of major version {version.number[0]}"
    return ""


def _wanted(
    policy: LifecyclePolicy, version: VersionFacts, usable: Sequence[VersionFacts], now: datetime
) -> str:
    """Why the version is not surplus yet."""
    if not policy.keep_count and not policy.keep_days:
        return "the policy has no limit"
    rank = usable.index(version) + 1
    if policy.keep_count and rank <= policy.keep_count:
        return f"number {rank} of the newest {policy.keep_count}"
    age = now - version.published_at
    if policy.keep_days and age < timedelta(days=policy.keep_days):
        return f"{age.days} days old, kept for {policy.keep_days}"
    return ""


def _next(policy: LifecyclePolicy, version: VersionFacts, now: datetime) -> LifecycleStep:
    days = (now - (version.state_at or version.published_at)).days
    match version.state:
        case ImageState.LIVE:
            return LifecycleStep(version.id, LifecycleAction.DEPRECATE, "surplus by the policy")
        case ImageState.DEPRECATED if days >= policy.exclude_after_days:
            return LifecycleStep(version.id, LifecycleAction.EXCLUDE, f"deprecated {days} days ago")
        case ImageState.EXCLUDED | ImageState.REVOKED if days >= policy.delete_after_days:
            return LifecycleStep(version.id, LifecycleAction.DELETE, f"{version.state} {days} days ago")
        case _:
            reason = f"{version.state} {days} days ago, waits for its next step"
            return LifecycleStep(version.id, LifecycleAction.KEEP, reason)
