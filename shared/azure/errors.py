"""Azure's exceptions to Kiln's: what may be tried again, and what ends the build with its real cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.azure.throttling import retry_after
from shared.domain.errors import BuildError, BuildFailed, TransientError

PASSING_STATUS = frozenset({HTTPStatus.REQUEST_TIMEOUT})
# ARM answers these with a 4xx status although the same request succeeds a little later.
PASSING_CODES = frozenset(
    {
        "AnotherOperationInProgress",
        "Conflict",
        "OperationPreempted",
        "RetryableError",
        "ReferencedResourceNotProvisioned",
        "NicReservedForAnotherVm",
        "InUseSubnetCannotBeDeleted",
        "TooManyRequests",
    }
)


@contextmanager
def azure_errors(action: str) -> Iterator[None]:
    """Runs a block of SDK calls; `action` names it for the user ("create the build VM").

    Raises TransientError for throttling, server faults and lost connections, BuildFailed otherwise.
    """
    try:
        yield
    except (ServiceRequestError, ServiceResponseError, DecodeError) as error:
        # A DecodeError is an answer that was cut off, or that somebody on the way made up.
        raise TransientError(f"could not {action}: {error.message}") from error
    except ClientAuthenticationError as error:
        raise BuildFailed(BuildError("NotAuthorized", f"could not {action}: {error.message}")) from error
    except HttpResponseError as error:
        raise translate(action, error) from error
    except AzureError as error:
        raise TransientError(f"could not {action}: {error.message}") from error


def translate(action: str, error: HttpResponseError) -> BuildFailed | TransientError:
    """The exception that an HTTP error answer stands for."""
    status = error.status_code or 0
    code = error.error.code if error.error and error.error.code else ""
    message = error.error.message if error.error and error.error.message else error.message
    text = f"could not {action}: {message}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(getattr(error.response, "headers", {}))
        return TransientError(text, code=code, wait_seconds=wait, throttled=True)
    if status in PASSING_STATUS or status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in PASSING_CODES:
        return TransientError(text, code=code or f"Http{status}")
    return BuildFailed(BuildError(code or f"Http{status}", text))


def is_absent(error: HttpResponseError) -> bool:
    """Whether the thing asked for does not exist; a missing group means so too."""
    return isinstance(error, ResourceNotFoundError) or error.status_code == HTTPStatus.NOT_FOUND
