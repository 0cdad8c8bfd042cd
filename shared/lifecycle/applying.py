"""Applying lifecycle policies: by hand, first of all dry; by the clock, those that are enabled."""

from datetime import UTC, datetime

from shared.domain.codec import to_json
from shared.domain.lifecycle import LifecycleRequest
from shared.domain.stored_policy import LIFECYCLE, StoredPolicy
from shared.lifecycle.read_policy import read_lifecycle_policy
from shared.services import Services
from shared.starting import Durable


def instance_of(policy: str) -> str:
    """One application of a policy at a time."""
    return f"lifecycle-{policy.lower()}"


def apply_policy(kiln: Services, durable: Durable, policy: StoredPolicy, *, dry_run: bool) -> bool:
    """Starts the application; False when one goes on already."""
    instance = instance_of(policy.name)
    current = durable.find(instance)
    if current is not None and not current.ended:
        return False
    # To the microsecond: a small policy is applied several times in a second.
    request_id = f"{policy.name}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    request = LifecycleRequest(request_id, policy.name, dry_run, kiln.settings.poll)
    durable.start("apply_lifecycle", instance, to_json(request))
    return True


def apply_enabled(kiln: Services, durable: Durable) -> list[str]:
    """Applies every enabled policy; the names of those that were started."""
    return [
        policy.name
        for policy in list(kiln.cycles.policies(LIFECYCLE))
        if read_lifecycle_policy(policy.document, policy.name).enabled
        and apply_policy(kiln, durable, policy, dry_run=False)
    ]
