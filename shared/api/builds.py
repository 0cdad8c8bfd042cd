"""Kiln's own API on the wire: build requests in, runs out."""

import hashlib
import json
import re
from dataclasses import dataclass

from shared.domain.codec import Json, to_json
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.run import Output, Phase, Run, StepRecord
from shared.domain.template_record import TemplateAddress
from shared.reading.arm_id import IMAGE_TEMPLATE, match_arm_id

INLINE_FIELDS = {"name", "resourceGroup", "template", "parameters", "cache"}
STORED_FIELDS = {"templateId", "parameters", "cache"}
TEMPLATE_NAME = re.compile(r"[A-Za-z0-9\-_.]{1,64}")


@dataclass(frozen=True)
class BuildBody:
    """The body of `POST /api/builds` with the template in it."""

    name: str
    resource_group: str
    template: dict[str, object]
    parameters: dict[str, str]
    cache: bool = True


@dataclass(frozen=True)
class StoredBody:
    """The body of `POST /api/builds` for a template of the catalog."""

    address: TemplateAddress
    parameters: dict[str, str]
    cache: bool = True


def names_stored(document: object) -> bool:
    """Whether a body is a StoredBody, faulty or not."""
    return isinstance(document, dict) and "templateId" in document


def read_stored_body(document: object) -> StoredBody:
    """Raises InvalidTemplateError with every problem."""
    body = document if isinstance(document, dict) else {}
    problems = [Problem(str(key), "unknown field") for key in body if key not in STORED_FIELDS]
    template_id = body.get("templateId")
    parts = match_arm_id(template_id, IMAGE_TEMPLATE) if isinstance(template_id, str) else None
    if parts is None:
        readable = IMAGE_TEMPLATE.replace("{", "<").replace("}", ">")
        problems.append(Problem("templateId", f"must be a full ARM id: {readable}"))
    parameters = _read_parameters(body, problems)
    cache = _read_cache(body, problems)
    if problems or parts is None:
        raise InvalidTemplateError(tuple(problems))
    address = TemplateAddress(parts["subscription"], parts["group"], parts["template"])
    return StoredBody(address, parameters, cache)


def read_build_body(document: object, resource_group: str) -> BuildBody:
    """Checks the envelope; `resource_group` stands in where the body names none.

    Raises InvalidTemplateError with every problem of the envelope.
    """
    if not isinstance(document, dict):
        raise InvalidTemplateError((Problem("$", "must be a JSON object with name and template"),))
    problems = [Problem(str(key), "unknown field") for key in document if key not in INLINE_FIELDS]
    name = document.get("name")
    if not isinstance(name, str) or not TEMPLATE_NAME.fullmatch(name):
        problems.append(Problem("name", "must be 1 to 64 letters, digits, '-', '_' or '.'"))
    group = document.get("resourceGroup", resource_group)
    if not isinstance(group, str) or not group:
        problems.append(Problem("resourceGroup", "must be the name of a resource group"))
    template = document.get("template")
    if not isinstance(template, dict):
        problems.append(Problem("template", "must be an image template (a JSON object)"))
    parameters = _read_parameters(document, problems)
    cache = _read_cache(document, problems)
    if problems:
        raise InvalidTemplateError(tuple(problems))
    return BuildBody(str(name), str(group), template if isinstance(template, dict) else {}, parameters, cache)


def _read_parameters(document: dict[str, object], problems: list[Problem]) -> dict[str, str]:
    given = document.get("parameters", {})
    if not isinstance(given, dict):
        problems.append(Problem("parameters", "must be an object of strings"))
        return {}
    for name, value in given.items():
        if not isinstance(value, str):
            problems.append(Problem(f"parameters.{name}", "must be a string"))
    return {str(name): str(value) for name, value in given.items()}


def _read_cache(document: dict[str, object], problems: list[Problem]) -> bool:
    cache = document.get("cache", True)
    if not isinstance(cache, bool):
        problems.append(Problem("cache", "must be true or false: whether the build may begin with a layer"))
    return cache is True


def run_etag(run: Run) -> str:
    """Changes whenever the run's body does."""
    text = json.dumps(run_body(run), sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


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
        "builtBy": run.built_by or None,
        "createdAt": run.created_at or None,
        "startedAt": run.started_at or None,
        "endedAt": run.ended_at or None,
        "source": {"exactVersion": run.source} if run.source else None,
        "stages": [
            {"name": s.name, "state": s.state, **_times(s.started_at, s.ended_at)} for s in run.stages
        ],
        "steps": [_customizer(step) for step in run.steps if step.phase is Phase.CUSTOMIZE],
        "validations": [_step(step) for step in run.steps if step.phase is Phase.VALIDATE],
        "outputs": [_output(output) for output in run.outputs],
        "error": to_json(run.error),
        "keptUntil": run.kept_until or None,
        "retryOf": run.retry_of or None,
        "redistributeOf": run.redistribute_of or None,
        "notes": list(run.notes),
    }


def _customizer(step: StepRecord) -> Json:
    return {**_step(step), "cache": step.cache, "cacheReason": step.cache_reason or None}


def _step(step: StepRecord) -> dict[str, Json]:
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
