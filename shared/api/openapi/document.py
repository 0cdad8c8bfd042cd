"""Puts the areas together into one OpenAPI 3.1 document."""

from functools import cache

from shared.api.openapi import builds, images, lifecycle, operation, patching, templates
from shared.api.openapi.common import ERROR_SCHEMAS, EVERYWHERE, refused
from shared.api.openapi.model import JSON, Area, Parameter, Reply, Route
from shared.domain.codec import Json

AREAS: tuple[Area, ...] = (
    builds.AREA,
    templates.AREA,
    images.AREA,
    lifecycle.AREA,
    patching.AREA,
    operation.AREA,
)
INFO: dict[str, Json] = {
    "title": "Kiln",
    "version": "1",
    "description": "Builds Azure VM images. AIB's own API stands beside this one, under /api/subscriptions.",
}
SECURITY: dict[str, Json] = {
    "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
    "entra": {"type": "http", "scheme": "bearer", "description": "Where the app asks for Entra tokens."},
}


@cache
def openapi_document() -> dict[str, Json]:
    """The document as JSON; the same object each time."""
    schemas: dict[str, Json] = {**ERROR_SCHEMAS}
    for area in AREAS:
        schemas.update(area.schemas)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/api"}],
        "security": [{"functionKey": []}, {"entra": []}],
        "tags": [{"name": area.name, "description": area.description} for area in AREAS],
        "paths": _paths(),
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _paths() -> dict[str, Json]:
    found: dict[str, dict[str, Json]] = {}
    for area in AREAS:
        for route in area.routes:
            found.setdefault(route.path, {})[route.method.lower()] = _operation(area, route)
    return {path: operations for path, operations in found.items()}  # noqa: C416 - dict is invariant


def _operation(area: Area, route: Route) -> dict[str, Json]:
    replies = list(route.replies)
    if not route.anonymous:
        listed = {reply.status for reply in replies}
        replies += [refused(status, why) for status, why in EVERYWHERE if status not in listed]
    shown: dict[str, Json] = {
        "operationId": route.name,
        "tags": [area.name],
        "summary": route.summary,
        "responses": {str(reply.status): _reply(reply) for reply in replies},
    }
    if route.parameters:
        shown["parameters"] = [_parameter(each) for each in route.parameters]
    if route.body is not None:
        shown["requestBody"] = {"required": True, "content": {JSON: {"schema": route.body}}}
    if route.anonymous:
        shown["security"] = []
    return shown


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _reply(reply: Reply) -> Json:
    shown: dict[str, Json] = {"description": reply.description}
    if reply.schema is not None:
        shown["content"] = {reply.media: {"schema": reply.schema}}
    if reply.headers:
        shown["headers"] = {
            name: {"description": why, "schema": {"type": "string"}} for name, why in reply.headers.items()
        }
    return shown
