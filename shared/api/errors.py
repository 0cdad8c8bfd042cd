"""ARM's error body (Azure REST API guidelines; resource provider contract, "Error response content")."""

from collections.abc import Iterable

from shared.domain.codec import Json
from shared.domain.problems import Problem


def error_body(code: str, message: str, problems: Iterable[Problem] = ()) -> Json:
    """`details` carries one entry per problem, its place as `target`."""
    details: list[Json] = [{"code": p.code, "message": p.message, "target": p.path} for p in problems]
    return {"error": {"code": code, "message": message, **({"details": details} if details else {})}}
