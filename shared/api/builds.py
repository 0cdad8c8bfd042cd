"""Kiln's own API on the wire: build requests in, runs out."""

import re
from dataclasses import dataclass

from shared.domain.codec import Json, to_json
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.run import Output, Phase, Run, StepRecord

FIELDS = {"name", "resourceGroup", "template"}
TEMPLATE_NAME = re.compile(r"[A-Za-z0-9\-_.]{1,64}")


@dataclass(frozen=True)
class BuildBody:
    """The body of `POST /api/builds`."""

    name: str
    resource_group: str
    template: dict[str, object]


def read_build_body(document: object, resource_group: str) -> BuildBody:
    """Checks the envelope; `resource_group` stands in where the body names none.

    Raises InvalidTemplateError with every problem of the envelope.
    """
    if not isinstance(document, dict):
        raise InvalidTemplateError((Problem("$", "must be a JSON object with name and template"),))
    problems = [Problem(str(key), "unknown field") for key in document if key not in FIELDS]
    name = document.get("name")
    if not isinstance(name, str) or not TEMPLATE_NAME.fullmatch(name):
        problems.append(Problem("name", "must be 1 to 64 letters, digits, '-', '_' or '.'"))
    group = document.get("resourceGroup", resource_group)
    if not isinstance(group, str) or not group:
        problems.append(Problem("resourceGroup", "must be the name of a resource group"))
    template = document.get("template")
    if not isinstance(template, dict):
        problems.append(Problem("template", "must be an image template (a JSON object)"))
    if problems:
        raise InvalidTemplateError(tuple(problems))
    return BuildBody(str(name), str(group), template if isinstance(template, dict) else {})


def run_body(run: Run) -> Json:
    """A run as `GET /api/builds/{run}` shows it."""
    return {
        "id": run.id,
        "templateId": run.template_id,
        "templateName": run.template_id.rpartition("/")[2],
        "resourceGroup": run.template_id.split("/")[4],
        "location": run.location,
        "state": run.state,
        "stage": run.stage,
        "createdAt": run.created_at or None,
        "startedAt": run.started_at or None,
        "endedAt": run.ended_at or None,
        "source": {"exactVersion": run.source} if run.source else None,
        "stages": [
            {"name": s.name, "state": s.state, **_times(s.started_at, s.ended_at)} for s in run.stages
        ],
        "steps": [_step(step) for step in run.steps if step.phase is Phase.CUSTOMIZE],
        "validations": [_step(step) for step in run.steps if step.phase is Phase.VALIDATE],
        "outputs": [_output(output) for output in run.outputs],
        "error": to_json(run.error),
        "keptUntil": run.kept_until or None,
        "retryOf": run.retry_of or None,
        "redistributeOf": run.redistribute_of or None,
        "notes": list(run.notes),
    }


def _step(step: StepRecord) -> Json:
    return {
        "index": step.index,
        "type": step.type,
        "name": step.name,
        "state": step.state,
        "exitCode": step.exit_code,
        **_times(step.started_at, step.ended_at),
    }


def _times(started: str, ended: str) -> dict[str, Json]:
    return {"startedAt": started or None, "endedAt": ended or None}


def _output(output: Output) -> Json:
    return {
        "name": output.name,
        "type": output.type,
        "state": output.state,
        "id": output.id or None,
        "uri": output.uri or None,
        "version": output.version or None,
        "regions": to_json(output.regions),
        "error": to_json(output.error),
    }
