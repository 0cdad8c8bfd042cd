"""HTTP answers: JSON bodies, and errors as ARM shows them instead of a traceback."""

import functools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import ParamSpec

import azure.functions as func

from shared.api.errors import error_body
from shared.domain.codec import Json
from shared.domain.errors import BuildFailed, TransientError
from shared.settings import SettingsError

P = ParamSpec("P")
log = logging.getLogger("kiln.http")
EXPECTED = (TransientError, BuildFailed, SettingsError)


def answer(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    text = json.dumps(body)
    return func.HttpResponse(
        text, status_code=status, headers=dict(headers or {}), mimetype="application/json"
    )


def guarded(handler: Callable[P, func.HttpResponse]) -> Callable[P, func.HttpResponse]:
    """Turns Kiln's exceptions into answers; for plain functions, which the host runs in threads."""

    @functools.wraps(handler)
    def run(*args: P.args, **kwargs: P.kwargs) -> func.HttpResponse:
        try:
            return handler(*args, **kwargs)
        except EXPECTED as error:
            return failure(error)

    return run


def guarded_async(
    handler: Callable[P, Awaitable[func.HttpResponse]],
) -> Callable[P, Awaitable[func.HttpResponse]]:
    """The same for coroutine functions, as the durable client needs them."""

    @functools.wraps(handler)
    async def run(*args: P.args, **kwargs: P.kwargs) -> func.HttpResponse:
        try:
            return await handler(*args, **kwargs)
        except EXPECTED as error:
            return failure(error)

    return run


def failure(error: Exception) -> func.HttpResponse:
    """503 for what may pass, 500 for what will not."""
    log.warning("%s", error)
    if isinstance(error, TransientError):
        return answer(error_body("ServiceUnavailable", str(error)), 503, {"Retry-After": "5"})
    if isinstance(error, BuildFailed):
        return answer(error_body(error.error.code, error.error.message), 500)
    return answer(error_body("NotConfigured", str(error)), 500)
