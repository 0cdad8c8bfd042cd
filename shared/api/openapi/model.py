"""What the document is made of: routes of the app, by area, with their parameters and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.api.openapi.schema import Schema

JSON = "application/json"


@dataclass(frozen=True)
class Parameter:
    """`place` is `path`, `query` or `header`; what is in the path is always required."""

    name: str
    place: str
    schema: Schema
    description: str
    required: bool = False


@dataclass(frozen=True)
class Reply:
    """One answer; without `schema` it has no body. `headers` maps names to descriptions."""

    status: int
    description: str
    schema: Schema | None = None
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One method of one path; `path` begins behind `/api`, `name` is the operation's id.

    The errors that every route may answer with are not listed here.
    """

    method: str
    path: str
    name: str
    summary: str
    replies: tuple[Reply, ...]
    parameters: tuple[Parameter, ...] = ()
    body: Schema | None = None
    anonymous: bool = False


@dataclass(frozen=True)
class Area:
    """Routes that belong together, and the schemas that they name."""

    name: str
    description: str
    routes: tuple[Route, ...]
    schemas: Mapping[str, Schema] = field(default_factory=dict)


def path_parameter(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name, "path", schema, description, required=True)


def query(name: str, description: str, schema: Schema, *, required: bool = False) -> Parameter:
    return Parameter(name, "query", schema, description, required)


def header(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name, "header", schema, description)
