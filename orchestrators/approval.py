"""Waits for a human before an image is published, where the template asks for one."""

import json
from collections.abc import Generator
from datetime import timedelta
from typing import Any

from orchestrators.build_steps import Build
from shared.domain.approval import APPROVE_EVENT, Approval
from shared.domain.codec import from_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.transitions import Noted


def read_approval(data: object) -> Approval:
    """What was raised: the SDK's client encodes an event's data twice, Durable's HTTP API once."""
    return from_json(Approval, json.loads(data) if isinstance(data, str) else data)


def wait_for_approval(build: Build, hours: int) -> Generator[Any, Any, None]:
    """The build's own time stands still meanwhile. Raises BuildFailed(NotApproved | Canceled)."""
    asked = build.context.current_utc_datetime
    until = asked + timedelta(hours=hours)
    yield from build.record(Noted(f"waits for approval until {until.isoformat()}"))
    data = yield from build.wait_for_event(APPROVE_EVENT, until)
    if data is None:
        raise BuildFailed(BuildError("NotApproved", f"nobody approved the image within {hours} hours"))
    approval = read_approval(data)
    line = approval.line("publishing", build.now)
    yield from build.record(Noted(line))
    if not approval.approved:
        raise BuildFailed(BuildError("NotApproved", line))
    build.ends_at += build.context.current_utc_datetime - asked
