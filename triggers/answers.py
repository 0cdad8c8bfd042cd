"""HTTP answers: JSON bodies, and errors as ARM shows them instead of a traceback."""

import asyncio
import functools
import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import azure.functions as func

from shared.access.gate import NotAllowedError, NotAuthenticatedError
from shared.access.roles import Role
from shared.access.settings import AccessSettingsError
from shared.api.arm import Refusal
from shared.api.errors import error_body
from shared.domain.codec import Json
from shared.domain.errors import BuildFailed, TransientError
from shared.domain.problems import InvalidTemplateError
from shared.settings import SettingsError
from triggers.authorise import TooLargeError, TooManyError, admit

# The host passes bindings by name: `req`, and what else a function asks for.
Handler = Callable[..., func.HttpResponse]
AsyncHandler = Callable[..., Awaitable[func.HttpResponse]]
log = logging.getLogger("kiln.http")
CHALLENGE = {"WWW-Authenticate": "Bearer"}
EXPECTED = (
    Refusal,
    InvalidTemplateError,
    TransientError,
    BuildFailed,
    SettingsError,
    AccessSettingsError,
    NotAuthenticatedError,
    NotAllowedError,
    TooLargeError,
    TooManyError,
)


def answer(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    text = json.dumps(body)
    return func.HttpResponse(
        text, status_code=status, headers=dict(headers or {}), mimetype="application/json"
    )


def guarded(role: Role) -> Callable[[Handler], Handler]:
    """Lets in who has the role and turns Kiln's exceptions into answers; for functions run in threads."""

    def guard(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def run(req: func.HttpRequest, **bound: Any) -> func.HttpResponse:  # noqa: ANN401 - whatever is bound
            try:
                admit(req, role)
                return handler(req, **bound)
            except EXPECTED as error:
                return failure(error)

        return run

    return guard


def guarded_async(role: Role) -> Callable[[AsyncHandler], AsyncHandler]:
    """The same for coroutine functions, as the durable client needs them."""

    def guard(handler: AsyncHandler) -> AsyncHandler:
        @functools.wraps(handler)
        async def run(req: func.HttpRequest, **bound: Any) -> func.HttpResponse:  # noqa: ANN401
            try:
                await asyncio.to_thread(admit, req, role)
                return await handler(req, **bound)
            except EXPECTED as error:
                return failure(error)

        return run

    return guard


def failure(error: Exception) -> func.HttpResponse:
    """503 for what may pass, 500 for what will not; what the caller did wrong as what it is."""
    log.warning("%s", error)
    match error:
        case Refusal():
            return answer(error_body(error.code, str(error), error.problems), error.status)
        case InvalidTemplateError():
            message = f"there are {len(error.problems)} problem(s) in what was sent"
            return answer(error_body("ValidationFailed", message, error.problems), 400)
        case NotAuthenticatedError():
            return answer(error_body("AuthenticationFailed", str(error)), 401, CHALLENGE)
        case NotAllowedError():
            return answer(error_body("AuthorizationFailed", str(error)), 403)
        case TooLargeError():
            return answer(error_body("RequestTooLarge", str(error)), 413)
        case TooManyError():
            headers = {"Retry-After": str(math.ceil(error.seconds))}
            return answer(error_body("TooManyRequests", str(error)), 429, headers)
        case TransientError():
            return answer(error_body("ServiceUnavailable", str(error)), 503, {"Retry-After": "5"})
        case BuildFailed():
            return answer(error_body(error.error.code, error.error.message), 500)
        case _:
            return answer(error_body("NotConfigured", str(error)), 500)
