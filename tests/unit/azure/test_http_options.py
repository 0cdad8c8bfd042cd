"""Proxies and certificates of the environment count, though it is read once."""

import pytest
from azure.data.tables import TableServiceClient

from shared.azure.http_options import http_options

URL = "https://account.table.core.windows.net"


def test_the_environments_proxies_and_certificates_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/bundle.pem")
    options = http_options(URL)
    assert options["proxies"]["https"] == "http://proxy:3128"
    assert options["connection_verify"] == "/etc/bundle.pem"
    assert http_options("https://inside.example")["proxies"] == {}


def test_a_client_takes_them() -> None:
    with TableServiceClient.from_connection_string(
        "AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net", **http_options(URL)
    ) as client:
        assert client.url == "https://a.table.core.windows.net"
