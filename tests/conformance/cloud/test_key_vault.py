"""Key Vault with the real SecretClient: its challenge, versions, refusals, and life across restarts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.keyvault.secrets import SecretClient

from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.harness import Clients, LocalCloud

VAULT = {
    "location": "westeurope",
    "properties": {
        "tenantId": "5ca1ab1e-0000-4000-8000-0000000000aa",
        "sku": {"family": "A", "name": "standard"},
    },
}


def put_vault(clients: Clients, group: str, name: str) -> str:
    """The vault's address."""
    path = f"/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"
    clients.resources.resource_groups.create_or_update(group, {"location": "westeurope"})
    assert clients.arm("PUT", path, VAULT).status_code == 201
    while "vaultUri" not in (vault := clients.arm("GET", path).json()["properties"]):
        assert vault["provisioningState"] != "Failed"
    return str(vault["vaultUri"])


@contextmanager
def secrets_of(clients: Clients, address: str) -> Iterator[SecretClient]:
    # MSAL reads the environment again for each new audience.
    environment = patch.dict(os.environ, clients.cloud.environment())
    # The challenge names vault.azure.net, to which a loopback address does not belong.
    client = SecretClient(
        address,
        clients.credential,
        verify_challenge_resource=False,
        connection_verify=clients.cloud.address["bundle"],
    )
    with environment, client:
        yield client


def test_secrets_are_set_and_read(clients: Clients, group: str) -> None:
    with secrets_of(clients, put_vault(clients, group, "kiln-one")) as client:
        first = client.set_secret("token", "s3cret", content_type="text/plain")
        second = client.set_secret("token", "n3w")
        assert client.get_secret("token").value == "n3w"
        found = client.get_secret("token", first.properties.version)
        assert (found.value, found.properties.content_type) == ("s3cret", "text/plain")
        assert found.id == first.id != second.id
        with pytest.raises(HttpResponseError) as missing:
            client.get_secret("nothing")
        assert missing.value.status_code == 404
        assert missing.value.error
        assert missing.value.error.code == "SecretNotFound"


def test_disabled_and_expired_secrets_are_refused(clients: Clients, group: str) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    with secrets_of(clients, put_vault(clients, group, "kiln-two")) as client:
        client.set_secret("off", "x", enabled=False)
        client.set_secret("old", "x", expires_on=past)
        for name in ("off", "old"):
            with pytest.raises(HttpResponseError) as refused:
                client.get_secret(name)
            assert refused.value.status_code == 403


def test_vaults_do_not_share_secrets_and_what_is_missing_is_said(clients: Clients, group: str) -> None:
    one, other = (put_vault(clients, group, name) for name in ("kiln-three", "kiln-four"))
    with secrets_of(clients, one) as client:
        client.set_secret("token", "s3cret")
        with pytest.raises(HttpResponseError, match="does not implement"):
            next(iter(client.list_properties_of_secrets()))
    with secrets_of(clients, other) as client, pytest.raises(HttpResponseError):
        client.get_secret("token")


def test_a_secret_by_arm_is_never_shown_there(clients: Clients, group: str) -> None:
    address = put_vault(clients, group, "kiln-five")
    path = f"/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/kiln-five/secrets/token"
    answer = clients.arm("PUT", path, {"properties": {"value": "s3cret"}})
    assert answer.json()["properties"]["secretUri"] == f"{address}secrets/token"
    assert "s3cret" not in answer.text + clients.arm("GET", path).text
    with secrets_of(clients, address) as client:
        assert client.get_secret("token").value == "s3cret"


def test_a_token_of_the_machines_endpoint_opens_a_vault(clients: Clients, group: str) -> None:
    """As a script in a guest does it: IMDS, then plain HTTP with the token."""
    address = put_vault(clients, group, "kiln-six")
    with secrets_of(clients, address) as client:
        client.set_secret("token", "s3cret")
    imds = clients.cloud.address["identity"].replace("/msi/token", "/metadata/identity/oauth2/token")
    query = {"resource": "https://vault.azure.net", "api-version": "2018-02-01"}
    token = httpx.get(imds, params=query, headers={"Metadata": "true"}).json()["access_token"]
    with clients.cloud.http() as http:
        url = f"{address}secrets/token?api-version=7.4"
        assert http.get(url, headers={"Authorization": f"Bearer {token}"}).json()["value"] == "s3cret"
        for bad in (clients.token, "nonsense"):
            answer = http.get(url, headers={"Authorization": f"Bearer {bad}"})
            assert answer.status_code == 401
            assert 'resource="https://vault.azure.net"' in answer.headers["WWW-Authenticate"]


def test_a_vault_keeps_address_and_secrets_across_restarts(start_cloud: StartCloud, connect: Connect) -> None:
    cloud: LocalCloud = start_cloud("--guest", "none")
    clients = connect(cloud)
    address = put_vault(clients, "rg", "kiln-seven")
    with secrets_of(clients, address) as client:
        client.set_secret("token", "s3cret")
        cloud.kill()
        cloud.start()
        assert client.get_secret("token").value == "s3cret"
    clients.resources.resource_groups.begin_delete("rg").result()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_faults_reach_a_vault(clients: Clients, group: str) -> None:
    with secrets_of(clients, put_vault(clients, group, "kiln-eight")) as client:
        client.set_secret("token", "s3cret")
        clients.cloud.add_fault(match="GET /secrets/token", status=429, headers={"Retry-After": "1"})
        assert client.get_secret("token").value == "s3cret"
    clients.cloud.clear_faults()


def test_names_of_vaults(clients: Clients, group: str) -> None:
    put_vault(clients, group, "kiln-nine")
    other = f"{group}-other"
    clients.resources.resource_groups.create_or_update(other, {"location": "westeurope"})
    for name, code in (("kiln-nine", "VaultAlreadyExists"), ("1x", "VaultNameNotValid")):
        path = f"/resourceGroups/{other}/providers/Microsoft.KeyVault/vaults/{name}"
        assert clients.arm("PUT", path, VAULT).json()["error"]["code"] == code
