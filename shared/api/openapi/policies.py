"""Policies of either kind: list, get, put, delete."""

from shared.api.openapi.common import INVALID, NAME, refused
from shared.api.openapi.model import Reply, Route, path_parameter
from shared.api.openapi.schema import listing, reference

POLICY = (path_parameter("policy", "The policy's name.", NAME),)
NO_POLICY = refused(404, "There is no such policy.")


def policy_routes(kind: str, *, put: str, delete: str) -> tuple[Route, ...]:
    """Of `kind`, `Patch` or `Lifecycle`, with the schema `<kind>Policy`; `put` and `delete` are summaries."""
    path = f"/{kind.lower()}-policies"
    schema = reference(f"{kind}Policy")
    return (
        Route(
            "GET",
            path,
            f"list{kind}Policies",
            "Lists the policies.",
            (Reply(200, "The policies.", listing(f"{kind}Policy")),),
        ),
        Route(
            "GET",
            f"{path}/{{policy}}",
            f"get{kind}Policy",
            "One policy.",
            (Reply(200, "The policy.", schema), NO_POLICY),
            POLICY,
        ),
        Route(
            "PUT",
            f"{path}/{{policy}}",
            f"put{kind}Policy",
            put,
            (Reply(200, "The policy.", schema), INVALID),
            POLICY,
            schema,
        ),
        Route(
            "DELETE",
            f"{path}/{{policy}}",
            f"delete{kind}Policy",
            delete,
            (Reply(204, "It is gone, or was not there."),),
            POLICY,
        ),
    )
