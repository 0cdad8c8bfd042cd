"""HTTP functions of azurefunctions-extensions-http-fastapi: bodies go through as they come."""

import hashlib
import os
from collections.abc import Iterator

import pytest

from tests.conformance.functions_host.harness import APPS, HostProcess

pytest.importorskip("azurefunctions.extensions.http.fastapi")


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    host = HostProcess(APPS / "streams", tmp_path_factory.mktemp("streams"))
    yield host.start()
    host.close()


def test_an_upload_reaches_the_function_before_it_ends(streams: HostProcess) -> None:
    chunk = os.urandom(1 << 20)

    def body() -> Iterator[bytes]:
        yield chunk
        assert streams.client.get("/api/begun").text == '"yes"'
        yield from [chunk] * 7

    answer = streams.client.post("/api/upload/disk.vhd", content=body()).json()
    assert answer == {"name": "disk.vhd", "size": 8 << 20, "sha256": hashlib.sha256(chunk * 8).hexdigest()}


def test_a_download_reaches_the_caller_before_it_ends(streams: HostProcess) -> None:
    with streams.client.stream("GET", "/api/download") as answer:
        chunks = answer.iter_raw()
        assert next(chunks) == b"first"
        assert streams.client.post("/api/release").status_code == 204
        assert b"".join(chunks) == bytes(range(256)) * 4096 * 16
    assert answer.status_code == 206
    assert [cookie.split(";")[0] for cookie in answer.headers.get_list("set-cookie")] == ["a=1", "b=2"]
    assert answer.headers["x-served-by"] == "local"


def test_a_function_that_is_no_coroutine(streams: HostProcess) -> None:
    answer = streams.client.get("/api/sync", params={"q": "a b"}, headers={"X-Mine": "here"})
    assert (answer.status_code, answer.text) == (200, '"a b here"')


def test_an_error_of_the_function_is_500_and_logged(streams: HostProcess) -> None:
    assert streams.client.get("/api/broken").status_code == 500
    assert "as it should" in streams.log()
    assert streams.client.get("/api/sync?q=on", headers={"X-Mine": "going"}).status_code == 200
