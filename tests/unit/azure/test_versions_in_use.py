"""Who uses a gallery version, as the real client reads it from answers in Azure's form.

The local cloud has scale sets without instances alone. These answers have the form of the REST reference's
examples of `VirtualMachineScaleSets_ListAll` and `VirtualMachineScaleSetVMs_List`, cut to what matters; they
were not recorded in Azure.
"""

import json
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.compute import ComputeManagementClient
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from shared.azure.version_lifecycle import versions_in_use
from shared.domain.errors import TransientError

GROUP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute"
WEB = f"{GROUP}/galleries/golden/images/web"
SETS = "/virtualMachineScaleSets"


class Answers(BaseAdapter):
    """Answers by path; 404 for what is not there."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        path = requests.compat.urlsplit(request.url or "").path
        self.asked.append(path)
        found = self.answers.get(path, 404)
        response = requests.Response()
        response.status_code = found if isinstance(found, int) else 200
        body = {"error": {"code": "E", "message": "m"}} if isinstance(found, int) else {"value": found}
        response.raw = HTTPResponse(BytesIO(json.dumps(body).encode()), preload_content=False)
        response.headers["Content-Type"] = "application/json"
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None: ...


class Token:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("t", int(time.time()) + 3600)


@pytest.fixture
def answers() -> Answers:
    root = "/subscriptions/s/providers/Microsoft.Compute"
    return Answers(
        {
            f"{root}/virtualMachines": [machine("vm", f"{WEB}/versions/1.0.0")],
            f"{root}{SETS}": [
                scale_set("uniform", f"{WEB}/versions/1.0.3"),
                scale_set("newest", WEB),
                scale_set("flexible", f"{WEB}/versions/1.0.4", orchestrationMode="Flexible"),
                {"id": f"{GROUP}{SETS}/bare", "location": "x", "properties": {}},
            ],
            f"{GROUP}{SETS}/uniform/virtualMachines": [
                machine("uniform/virtualMachines/0", f"{WEB}/versions/1.0.3"),
                machine("uniform/virtualMachines/1", f"{WEB}/versions/1.0.2"),
            ],
            f"{GROUP}{SETS}/newest/virtualMachines": [
                machine("newest/virtualMachines/0", WEB, exactVersion="1.0.1")
            ],
            f"{GROUP}{SETS}/bare/virtualMachines": [],
        }
    )


@pytest.fixture
def compute(answers: Answers) -> Iterator[ComputeManagementClient]:
    with requests.Session() as session:
        session.mount("https://", answers)
        transport = RequestsTransport(session=session, session_owner=False)
        with ComputeManagementClient(Token(), "s", transport=transport, retry_total=0) as client:
            yield client


def profile(image: str, **more: str) -> dict[str, Any]:
    return {"storageProfile": {"imageReference": {"id": image, **more}}}


def machine(name: str, image: str, **more: str) -> dict[str, Any]:
    return {"id": f"{GROUP}/virtualMachines/{name}", "location": "x", "properties": profile(image, **more)}


def scale_set(name: str, image: str, **more: str) -> dict[str, Any]:
    properties = {"orchestrationMode": "Uniform", "virtualMachineProfile": profile(image), **more}
    return {"id": f"{GROUP}{SETS}/{name}", "location": "x", "properties": properties}


def test_machines_models_and_instances_are_users(answers: Answers, compute: ComputeManagementClient) -> None:
    users = versions_in_use(compute)
    assert {
        key.rpartition("/")[2]: tuple(id_.rpartition("/")[2] for id_ in ids) for key, ids in users.items()
    } == {
        "1.0.0": ("vm",),
        "1.0.1": ("newest",),  # what `latest` was when the instance was made
        "1.0.2": ("uniform",),  # an instance older than its model
        "1.0.3": ("uniform",),
        "1.0.4": ("flexible",),
    }
    assert not any("flexible/" in path for path in answers.asked), "its instances are virtual machines"


def test_a_scale_set_that_goes_meanwhile_uses_nothing(
    answers: Answers, compute: ComputeManagementClient
) -> None:
    del answers.answers[f"{GROUP}{SETS}/uniform/virtualMachines"]
    users = {key.rpartition("/")[2] for key in versions_in_use(compute)}
    assert "1.0.2" not in users
    assert "1.0.3" in users


def test_a_list_that_cannot_be_read_is_no_empty_one(
    answers: Answers, compute: ComputeManagementClient
) -> None:
    answers.answers[f"{GROUP}{SETS}/uniform/virtualMachines"] = 503
    with pytest.raises(TransientError):
        versions_in_use(compute)
