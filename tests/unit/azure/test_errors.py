"""Which answers of Azure may pass, and which end a build."""

import json
from unittest.mock import Mock

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    IncompleteReadError,
    ResourceNotFoundError,
    ServiceRequestError,
)

from shared.azure.errors import azure_errors, is_absent
from shared.domain.errors import BuildFailed, TransientError


def answer(status: int, code: str, kind: type[HttpResponseError] = HttpResponseError) -> HttpResponseError:
    body = json.dumps({"error": {"code": code, "message": "because"}})
    response = Mock(status_code=status, reason="", headers={})
    response.text.return_value = body
    response.body.return_value = body.encode()
    return kind(response=response)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (503, ""),
        (408, ""),
        (409, "AnotherOperationInProgress"),
    ],
)
def test_what_may_pass_is_transient(status: int, code: str) -> None:
    with pytest.raises(TransientError, match="could not create the VM"), azure_errors("create the VM"):
        raise answer(status, code)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "InvalidParameter"), (409, "SkuNotAvailable"), (403, "Denied")]
)
def test_what_will_not_pass_keeps_azures_code_and_words(status: int, code: str) -> None:
    with pytest.raises(BuildFailed) as caught, azure_errors("create the VM"):
        raise answer(status, code)
    assert caught.value.error.code == code
    assert caught.value.error.message == "could not create the VM: because"


def test_a_lost_connection_is_transient() -> None:
    with pytest.raises(TransientError), azure_errors("create the VM"):
        raise ServiceRequestError("connection reset")


def test_an_answer_that_was_cut_off_is_transient() -> None:
    with pytest.raises(TransientError), azure_errors("create the VM"):
        raise IncompleteReadError("Connection broken: IncompleteRead(0 bytes read, 1818 more expected)")


def test_absence_is_recognised() -> None:
    assert is_absent(answer(404, "ResourceGroupNotFound"))
    assert is_absent(answer(404, "ResourceNotFound", ResourceNotFoundError))
    assert not is_absent(answer(409, "Conflict"))
