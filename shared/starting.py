"""Starts and cancels runs: the one way from a stored request to an orchestration, whoever asked for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from shared.api.builds import read_build_body
from shared.catalog.documents import StoredRequest
from shared.domain.approval import Approval
from shared.domain.build import BuildRequest
from shared.domain.codec import Json, to_json
from shared.domain.names import started_at
from shared.domain.run import Run
from shared.domain.template import ImageTemplate
from shared.domain.transitions import CancelRequested
from shared.services import Services
from shared.template import parse_template
from shared.template.api_versions import api_version_of
from shared.template.parameters import fill


@dataclass(frozen=True)
class Instance:
    """What the durable client tells of an orchestration; `ended` in whatever way."""

    ended: bool


class Durable(Protocol):
    """The durable client, for code that runs in a thread: every call returns when the host has answered."""

    def start(self, orchestration: str, instance_id: str, payload: Json) -> None: ...

    def cancel(self, run_id: str) -> None: ...

    def approve(self, instance_id: str, approval: Approval) -> None: ...

    def find(self, instance_id: str) -> Instance | None: ...


def inline_request(kiln: Services, document: object, built_by: str = "") -> StoredRequest:
    """The body of `POST /api/builds`, or of a message that asks for the same.

    Raises InvalidTemplateError with every problem of the envelope or of the parameters.
    """
    body = read_build_body(document, kiln.settings.resource_group)
    template = fill(body.template, body.parameters)
    version = api_version_of(template)
    return StoredRequest(
        body.name, body.resource_group, template, version, cache=body.cache, built_by=built_by
    )


def inline_template(kiln: Services, request: StoredRequest) -> ImageTemplate:
    """The template of a request; raises InvalidTemplateError with all its problems."""
    return parse_template(
        request.template,
        subscription_id=kiln.settings.subscription_id,
        resource_group=request.resource_group,
        name=request.name,
        api_version=request.api_version,
    )


def start_run(
    kiln: Services, durable: Durable, run_id: str, request: StoredRequest, template: ImageTemplate
) -> Run:
    """Stores the request, starts the orchestration, then shows the run.

    A process that dies in between leaves a request that nobody refers to, or a run that records itself.
    """
    kiln.documents.put_request(run_id, request)
    durable.start("build_image", run_id, to_json(build_request(kiln, run_id, template)))
    run = new_run(run_id, template, request)
    kiln.runs.add(run)
    return run


def new_run(run_id: str, template: ImageTemplate, request: StoredRequest) -> Run:
    """A run before its first stage."""
    return Run(
        run_id,
        template.id,
        template.location,
        created_at=started_at(run_id).isoformat(),
        retry_of=request.retry_of,
        redistribute_of=request.redistribute_of,
        built_by=request.built_by,
    )


def build_request(kiln: Services, run_id: str, template: ImageTemplate) -> BuildRequest:
    """The input of `build_image`."""
    settings = kiln.settings
    return BuildRequest(
        run_id,
        template.build_timeout_minutes,
        settings.poll,
        settings.limits,
        settings.ends_before_cleanup,
    )


def cancel_run(kiln: Services, durable: Durable, run: Run) -> Run:
    """Asks the run to end; one that has ended stays as it is."""
    if run.ended:
        return run
    durable.cancel(run.id)
    return kiln.runs.change(run.id, CancelRequested(utc_now().isoformat()))


def utc_now() -> datetime:
    """Now, to the second: what run ids and records hold."""
    return datetime.now(UTC).replace(microsecond=0)
