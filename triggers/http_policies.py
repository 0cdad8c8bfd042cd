"""Keeping policies, of either kind: put, list, get, delete. What they do has files of its own."""

from collections.abc import Callable
from dataclasses import dataclass

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.arm import Refusal
from shared.api.policies import policy_body, without_name
from shared.domain.codec import Json
from shared.domain.stored_policy import LIFECYCLE, PATCH, StoredPolicy
from shared.lifecycle.read_policy import read_lifecycle_policy
from shared.patching.read_policy import read_policy
from shared.services import services
from shared.starting import utc_now
from triggers.answers import answer, guarded
from triggers.decode import read_json

bp = df.Blueprint()
Handler = Callable[[func.HttpRequest], func.HttpResponse]


@dataclass(frozen=True)
class PolicyRoutes:
    """The routes of one kind; `read` raises InvalidTemplateError with every problem of a policy."""

    kind: str
    read: Callable[[object, str], object]

    def put(self, req: func.HttpRequest) -> func.HttpResponse:
        """200 with the policy; 400 with every problem. A new schedule is followed from now on."""
        name, document = req.route_params["policy"], read_json(req)
        self.read(document, name)
        stored = StoredPolicy(name, without_name(document), utc_now().isoformat(), self.kind)
        services().cycles.put_policy(stored)
        return answer(policy_body(stored))

    def list(self, req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG002 - every handler gets it
        found: list[Json] = [policy_body(each) for each in services().cycles.policies(self.kind)]
        return answer({"value": found})

    def get(self, req: func.HttpRequest) -> func.HttpResponse:
        return answer(policy_body(stored_policy(req, self.kind)))

    def delete(self, req: func.HttpRequest) -> func.HttpResponse:
        """204; what the policy has begun goes on."""
        services().cycles.delete_policy(req.route_params["policy"], self.kind)
        return func.HttpResponse(status_code=204)


def stored_policy(req: func.HttpRequest, kind: str) -> StoredPolicy:
    """The policy that a request names. Raises Refusal 404."""
    name = req.route_params["policy"]
    stored = services().cycles.get_policy(name, kind)
    if stored is None:
        raise Refusal("PolicyNotFound", f"there is no {kind} policy {name}", 404)
    return stored


def _register(routes: PolicyRoutes) -> None:
    all_of_them = f"{routes.kind}-policies"
    one = f"{all_of_them}/{{policy}}"
    _add(f"put_{routes.kind}_policy", "PUT", one, guarded(Role.OWNER)(routes.put))
    _add(f"list_{routes.kind}_policies", "GET", all_of_them, guarded(Role.READER)(routes.list))
    _add(f"get_{routes.kind}_policy", "GET", one, guarded(Role.READER)(routes.get))
    _add(f"delete_{routes.kind}_policy", "DELETE", one, guarded(Role.OWNER)(routes.delete))


def _add(name: str, method: str, route: str, handler: Handler) -> None:
    def serve(req: func.HttpRequest) -> func.HttpResponse:
        return handler(req)

    serve.__name__ = name
    bp.function_name(name)(bp.route(route, methods=[method])(serve))


_register(PolicyRoutes(PATCH, read_policy))
_register(PolicyRoutes(LIFECYCLE, read_lifecycle_policy))
