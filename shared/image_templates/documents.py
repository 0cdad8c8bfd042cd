"""The bodies that clients send: what is kept of them, and how a PATCH changes what was kept."""

from collections.abc import Iterable, Mapping

from shared.api.arm import Refusal
from shared.api.image_templates import READ_ONLY
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.template import ImageTemplate
from shared.domain.template_record import TemplateAddress, TemplateRecord
from shared.image_templates.answers import invalid
from shared.reading.report import KILN_API_VERSION
from shared.template import parse_template
from shared.template.api_versions import api_version_of

# `apiVersion` is read by the parser: with it a template asks for Kiln's own additions.
KEPT = ("apiVersion", "location", "tags", "identity", "properties")
PATCHED = ("tags", "identity", "properties")
PATCHED_PROPERTIES = {"distribute": "2023-07-01", "vmProfile": "2024-02-01"}
Document = dict[str, object]


def read_template(document: Document, address: TemplateAddress, api_version: str) -> ImageTemplate:
    """The template that a document stands for; raises Refusal 400 with all its problems."""
    try:
        return parse_template(
            document,
            subscription_id=address.subscription_id,
            resource_group=address.resource_group,
            name=address.name,
            api_version=api_version,
        )
    except InvalidTemplateError as error:
        raise invalid(error) from error


def read_as(document: Document, api_version: str) -> str:
    """The api-version to read a body in: the request's, or Kiln's own where the body asks for it."""
    own = api_version_of(document)
    return own if own == KILN_API_VERSION else api_version


def template_of(record: TemplateRecord) -> ImageTemplate:
    """The stored template; it was read once before it was stored."""
    return read_template(record.document, record.address, record.api_version)


def kept(document: Document) -> Document:
    """What is stored of a body: all that its owner decides, nothing that the service writes."""
    stored = _pick(document, KEPT)
    properties = _as_object(stored.get("properties"))
    own = {name: value for name, value in properties.items() if not _is_one_of(name, READ_ONLY)}
    source = _as_object(own.get("source"))
    if "exactVersion" in source:
        own["source"] = {name: value for name, value in source.items() if name != "exactVersion"}
    stored["properties"] = own
    identity = _as_object(stored.get("identity"))
    if identity:
        stored["identity"] = _kept_identity(identity)
    return {name: value for name, value in stored.items() if value is not None}


def _pick(document: Document, names: Iterable[str]) -> Document:
    """Members under their own names; before 2024-02-01 a body may write them in any case."""
    spelled = {name.lower(): name for name in names}
    return {spelled[name.lower()]: value for name, value in document.items() if name.lower() in spelled}


def _kept_identity(identity: Document) -> Document:
    """`principalId` and `clientId` are the service's."""
    ids = _as_object(identity.get("userAssignedIdentities"))
    return {**identity, "userAssignedIdentities": {name: {} for name in ids}} if ids else identity


def patched(record: TemplateRecord, patch: Document, api_version: str) -> Document:
    """The stored document with a PATCH applied. Raises Refusal 400 for what a PATCH cannot change."""
    problems = [Problem(name, "cannot be updated") for name in patch if name not in PATCHED]
    changes = _as_object(patch.get("properties"))
    problems += [
        Problem(f"properties.{name}", "cannot be updated; only distribute and vmProfile can")
        for name in changes
        if name not in PATCHED_PROPERTIES
    ]
    problems += [
        Problem(f"properties.{name}", f"is updated from api-version {since} on")
        for name, since in PATCHED_PROPERTIES.items()
        if name in changes and api_version < since
    ]
    properties = _as_object(record.document.get("properties"))
    problems += _removed_targets(properties, changes)
    if problems:
        raise Refusal("ValidationFailed", "; ".join(map(str, problems)), 400, problems)
    document = {**record.document, "properties": {**properties, **_without_null(changes)}}
    if "tags" in patch:
        document["tags"] = _without_null(_as_object(patch["tags"]))
    if "identity" in patch:
        document["identity"] = _patched_identity(
            _as_object(document.get("identity")), _as_object(patch["identity"])
        )
    return document


def _removed_targets(properties: Document, changes: Document) -> list[Problem]:
    """AIB lets targets be added and changed; every one that exists has to be named again."""
    if not isinstance(changes.get("distribute"), list):
        return []
    missing = _target_names(properties) - _target_names(changes)
    message = "must name every existing target; missing: " + ", ".join(sorted(missing))
    return [Problem("properties.distribute", message)] if missing else []


def _target_names(properties: Mapping[str, object]) -> set[str]:
    targets = properties.get("distribute")
    items = targets if isinstance(targets, list) else []
    return {str(item.get("runOutputName")) for item in items if isinstance(item, dict)}


def _patched_identity(identity: Document, patch: Document) -> Document:
    """An identity that is given as null goes; the type None removes all of them."""
    kind = patch.get("type", identity.get("type", "UserAssigned"))
    if kind == "None":
        return {"type": "None"}
    ids = {str(name): value for name, value in _as_object(identity.get("userAssignedIdentities")).items()}
    for name, value in _as_object(patch.get("userAssignedIdentities")).items():
        ids = {known: held for known, held in ids.items() if known.lower() != name.lower()}
        if value is not None:
            ids[name] = {}
    return {"type": kind, "userAssignedIdentities": ids} if ids else {"type": "None"}


def _as_object(value: object) -> Document:
    return value if isinstance(value, dict) else {}


def _without_null(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}


def _is_one_of(name: str, names: Iterable[str]) -> bool:
    return name.lower() in {known.lower() for known in names}
