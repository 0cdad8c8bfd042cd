"""Rebuilding what was built on an image that has a newer version: its orchestrations' inputs and results."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.build import BuildRequest
from shared.domain.errors import BuildError
from shared.domain.operations import PollPolicy
from shared.domain.published_image import lineage_key, version_of
from shared.domain.template_record import TemplateAddress
from shared.domain.versions import version_key

# AIB disables a trigger after "several consecutive failures".
MOST_FAILURES = 3


@dataclass(frozen=True)
class RebuildRequest:
    """Input of `rebuild_dependents`; `version` is the exact new one: an ARM id, or a URN of four parts.

    `built_by` says what told of it, for the runs that this starts.
    """

    event_id: str
    version: str
    poll: PollPolicy = field(default_factory=PollPolicy)
    built_by: str = ""


@dataclass(frozen=True)
class VersionCall:
    """Input of an activity about one exact version."""

    version: str


@dataclass(frozen=True)
class Dependents:
    """Templates that follow an image, by a healthy trigger."""

    addresses: tuple[TemplateAddress, ...]


@dataclass(frozen=True)
class RebuildTemplate:
    """Input of `rebuild_template`: one dependent of a `RebuildRequest`."""

    address: TemplateAddress
    request: RebuildRequest


@dataclass(frozen=True)
class ClaimCall:
    """Input of `claim_rebuild`: `run_id` is the run to be, if the template is free; `built_by`, its cause."""

    address: TemplateAddress
    version: str
    run_id: str
    built_by: str = ""


class ClaimOutcome(StrEnum):
    STARTED = "started"  # the template's run is this one
    BUSY = "busy"  # another run goes on
    CURRENT = "current"  # it has been built on that version, or a newer one, or follows it no more


@dataclass(frozen=True)
class Claimed:
    """`build` is the input of `build_image` when the outcome is STARTED."""

    outcome: ClaimOutcome
    build: BuildRequest | None = None


@dataclass(frozen=True)
class SettleCall:
    """Input of `settle_rebuild`: how the run that a trigger started ended; `at` is UTC, ISO 8601."""

    address: TemplateAddress
    run_id: str
    at: str
    error: BuildError | None = None


@dataclass(frozen=True)
class RebuildOutcome:
    """What became of one dependent; `run_id` is empty where nothing was built."""

    template_id: str
    outcome: ClaimOutcome
    run_id: str = ""
    error: BuildError | None = None


def is_newer(version: str, than: str) -> bool:
    """Whether an exact version, as an ARM id or URN, is newer than another of the same image.

    All are newer than none, and than one of another image: a template may have got another source.
    """
    if lineage_key(version) != lineage_key(than):
        return True
    return version_key(version_of(version)) > version_key(version_of(than))
