"""Who may call, and who calls: the one place that every request but the health probe's passes."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import azure.functions as func

from shared.access.gate import KEY_HOLDER
from shared.access.rates import RateLimit
from shared.access.roles import EVERYWHERE, Caller, Role
from shared.access.settings import gate
from shared.api.arm import Refusal
from shared.api.builds import names_stored, read_build_body, read_stored_body
from shared.catalog.tables import is_key
from shared.domain.names import RUN_ID
from shared.domain.problems import InvalidTemplateError
from shared.services import services
from triggers.decode import read_json

LARGEST_BODY = 2 * 1024 * 1024  # bytes; a template record holds less
REQUESTS_PER_SECOND, BURST = 500.0, 2000
NAMED_IN_BODY = ("/builds", "/plan")
_limit = RateLimit(REQUESTS_PER_SECOND, BURST)
_GROUP = re.compile(r"[A-Za-z0-9\-_.()]{1,90}")


class TooLargeError(Exception):
    """413."""


class TooManyError(Exception):
    """429; `seconds` until the next request is allowed."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests of this caller")
        self.seconds = seconds


def admit(req: func.HttpRequest, role: Role) -> Caller:
    """The caller, who may do what needs `role` to what the request is about.

    Raises NotAuthenticatedError, NotAllowedError, TooLargeError, TooManyError, AccessSettingsError. May wait
    for the tenant's keys: not for an event loop.
    """
    headers = _lower(req.headers)
    caller = gate().caller(headers)
    seconds = _limit.wait_for(caller.id)
    if seconds:
        raise TooManyError(seconds)
    if len(req.get_body()) > LARGEST_BODY:
        raise TooLargeError(f"the body is larger than {LARGEST_BODY} bytes")
    if caller is KEY_HOLDER:
        return _forwarded(headers)
    # Who has the role everywhere has it here: what the request is about need not be looked up.
    return caller if caller.may(role) else gate().admit(headers, role, scope_of(req))


def admit_to(req: func.HttpRequest, role: Role, resource_id: str) -> None:
    """For what a request's body names besides what its route does. Raises as `admit` does."""
    gate().admit(_lower(req.headers), role, resource_id)


def caller_of(req: func.HttpRequest) -> Caller:
    """Who calls; `admit` has let them in."""
    headers = _lower(req.headers)
    caller = gate().caller(headers)
    return _forwarded(headers) if caller is KEY_HOLDER else caller


def known_caller(req: func.HttpRequest) -> str:
    """What is recorded of a decision's maker; empty for a key's holder, who may be anybody."""
    caller = caller_of(req)
    return caller.identity if caller.name else ""


def scope_of(req: func.HttpRequest) -> str:
    """What a request is about: a template, by its address, a run or an operation of it; else everything."""
    names = req.route_params
    if req.method == "POST" and urlsplit(req.url).path.rstrip("/").endswith(NAMED_IN_BODY):
        return _named_in(req)
    if RUN_ID.match(names.get("run", "")):
        run = services().runs.get(names["run"])
        return run.template_id if run else EVERYWHERE
    if "region" in names:
        operation = services().operations.get(names["child"]) if is_key(names["child"]) else None
        return operation.address.id if operation else EVERYWHERE
    subscription, group = names.get("subscription", ""), names.get("group", "")
    if group and not subscription:  # Kiln's own routes leave out what there is one of
        subscription = services().settings.subscription_id
    if not subscription or not _GROUP.fullmatch(group):
        return f"/subscriptions/{subscription}" if subscription else EVERYWHERE
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    return _template_id(scope, names["template"]) if "template" in names else scope


def _named_in(req: func.HttpRequest) -> str:
    """The id of the stored template that a body names, or the one that the template in it is to have.

    Everything for a body that is refused later anyway; read as it will be then.
    """
    settings = services().settings
    try:
        document = read_json(req)
        if names_stored(document):
            return read_stored_body(document).address.id
        body = read_build_body(document, settings.resource_group)
    except (Refusal, InvalidTemplateError):
        return EVERYWHERE
    if not _GROUP.fullmatch(body.resource_group):
        return EVERYWHERE
    group_id = f"/subscriptions/{settings.subscription_id}/resourceGroups/{body.resource_group}"
    return _template_id(group_id, body.name)


def _template_id(group_id: str, name: str) -> str:
    return f"{group_id}/providers/Microsoft.VirtualMachineImages/imageTemplates/{name}"


def _forwarded(headers: Mapping[str, str]) -> Caller:
    """The caller as Azure Resource Manager passes them on ("Proxied request headers"); the key was checked.

    Whoever holds the key is believed, because Resource Manager has verified the caller's token before.
    """
    name, object_id = headers.get("x-ms-client-principal-name", ""), headers.get("x-ms-client-object-id", "")
    if name:
        return Caller(object_id, name, "User", KEY_HOLDER.assignments)
    identifier = headers.get("x-ms-client-app-id", "") or object_id
    return Caller(object_id, identifier, "Application" if identifier else "", KEY_HOLDER.assignments)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
