"""What the watch works on: sources that templates follow, and newer versions of them."""

from dataclasses import dataclass, field

from shared.domain.operations import PollPolicy


@dataclass(frozen=True)
class WatchRequest:
    """Input of `watch_sources`. Without a bus, newer versions start their rebuilds directly."""

    has_bus: bool
    poll: PollPolicy = field(default_factory=PollPolicy)


@dataclass(frozen=True)
class FollowedSource:
    """An image that at least one template follows, in one region; `seen` is the oldest version built on.

    `reference` ends in `latest`; `seen` is an exact version, empty when some template was never built by its
    trigger.
    """

    reference: str
    location: str
    seen: str = ""


@dataclass(frozen=True)
class FollowedSources:
    found: tuple[FollowedSource, ...]


@dataclass(frozen=True)
class NewestVersion:
    """The newest exact version, empty when there is none."""

    version: str = ""
