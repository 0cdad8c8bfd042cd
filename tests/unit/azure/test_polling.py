"""One look at an ARM operation: every shape of answer that ARM may give."""

import json
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest

from shared.azure.clients import ArmClients
from shared.azure.polling import poll, poll_arm
from shared.domain.errors import TransientError
from shared.domain.operations import OperationKind, OperationRef, OperationState

OPERATION = OperationRef(OperationKind.ARM, "/subscriptions/s/…/vm", "https://arm/operations/1")


def client(status: int, body: Any = None, **headers: str) -> Mock:
    content = b"" if body is None else json.dumps(body).encode()
    response = Mock(status_code=status, content=content, headers=headers, reason="")
    response.json.return_value = body
    response.text.return_value = content.decode()
    response.body.return_value = content
    return Mock(send_request=Mock(return_value=response))


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, {"status": "InProgress"}, OperationState.IN_PROGRESS),
        (200, {"status": "Updating"}, OperationState.IN_PROGRESS),
        (200, {"status": "Succeeded"}, OperationState.SUCCEEDED),
        (200, {"id": "/subscriptions/…", "properties": {}}, OperationState.SUCCEEDED),
        (202, None, OperationState.IN_PROGRESS),
        (204, None, OperationState.SUCCEEDED),
    ],
)
def test_states(status: int, body: Any, state: OperationState) -> None:
    assert poll_arm(client(status, body), OPERATION).state is state


def test_what_is_gone_is_deleted_and_not_created() -> None:
    gone = client(404, {"error": {"code": "NotFound", "message": "gone"}})
    undo = replace(OPERATION, kind=OperationKind.ARM_UNDO)
    assert poll_arm(gone, undo).state is OperationState.SUCCEEDED
    with pytest.raises(TransientError, match="does not know the operation"):
        poll_arm(gone, OPERATION)


@pytest.mark.parametrize("status", ["Failed", "Canceled"])
def test_a_failed_operation_gives_its_cause(status: str) -> None:
    body = {"status": status, "error": {"code": "SkuNotAvailable", "message": "sold out"}}
    polled = poll_arm(client(200, body), OPERATION)
    assert polled.state is OperationState.FAILED
    assert polled.error is not None
    assert (polled.error.code, polled.error.message) == ("SkuNotAvailable", "sold out")


def test_a_failure_without_a_cause_names_the_resource() -> None:
    error = poll_arm(client(200, {"status": "Failed"}), OPERATION).error
    assert error is not None
    assert error.code == "OperationFailed"
    assert OPERATION.resource_id in error.message


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"x-ms-retry-after-ms": "50"}, 0.05), ({"Retry-After": "7"}, 7.0), ({}, 0.0)]
)
def test_the_services_wish_is_read(headers: dict[str, str], seconds: float) -> None:
    assert poll_arm(client(202, None, **headers), OPERATION).retry_after_seconds == seconds


def test_throttling_of_the_poll_itself_is_transient() -> None:
    with pytest.raises(TransientError):
        poll_arm(client(429, {"error": {"code": "TooManyRequests", "message": "slow down"}}), OPERATION)


def test_a_failed_gallery_version_tells_the_operations_cause() -> None:
    properties = Mock(provisioning_state="Failed", replication_status=None)
    compute = Mock()
    compute.gallery_image_versions.get.return_value = Mock(properties=properties)
    body = {"status": "Failed", "error": {"code": "SkuNotAvailable", "message": "sold out"}}
    clients = ArmClients(compute=compute, network=Mock(), resources=client(200, body))
    version = "/subscriptions/s/resourceGroups/g/providers/M/galleries/a/images/b/versions/1.0.0"
    operation = OperationRef(OperationKind.GALLERY_VERSION, version, "https://arm/operations/1")
    error = poll(clients, Mock(), operation).error
    assert error is not None
    assert error.message.endswith(": sold out")
    assert (error.code, error.details["cause"]) == ("GalleryVersionFailed", "SkuNotAvailable")


@pytest.mark.parametrize("view", [None, Mock(execution_state="Unknown"), Mock(execution_state="Running")])
def test_a_script_that_was_never_run_does_not_go_on_for_ever(view: Mock | None) -> None:
    compute = Mock()
    properties = Mock(provisioning_state="Failed", instance_view=view)
    compute.virtual_machine_run_commands.get_by_virtual_machine.return_value = Mock(properties=properties)
    body = {"status": "Failed", "error": {"code": "VMAgentStatusCommunicationError", "message": "no agent"}}
    clients = ArmClients(compute=compute, network=Mock(), resources=client(200, body))
    command = "/subscriptions/s/resourceGroups/g/providers/M/virtualMachines/vm/runCommands/one"
    error = poll(clients, Mock(), OperationRef(OperationKind.RUN_COMMAND, command, "https://arm/1")).error
    assert error is not None
    assert (error.code, error.details["cause"]) == ("RunCommandFailed", "VMAgentStatusCommunicationError")
