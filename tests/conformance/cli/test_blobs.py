"""Example files up, VHDs down, against a real Azurite."""

from pathlib import Path

import httpx
from azure.storage.blob import BlobServiceClient

from cli.local.blobs import download_sparse, publish

MIB = 1024 * 1024


def test_published_files_can_be_read_by_anyone(storage: str, folder: Path) -> None:
    url = publish(storage, "examples", folder)
    assert httpx.get(f"{url}/index.html", trust_env=False).text == "<h1>page</h1>"
    assert httpx.get(f"{url}/sub/data", trust_env=False).content == bytes(range(256))


def test_publishing_again_replaces_the_files(storage: str, folder: Path) -> None:
    publish(storage, "again", folder)
    (folder / "index.html").write_text("changed")
    url = publish(storage, "again", folder)
    assert httpx.get(f"{url}/index.html", trust_env=False).text == "changed"


def test_a_download_is_whole_and_sparse(storage: str, tmp_path: Path) -> None:
    """64 MiB with one piece longer than a request, one page in the middle, and the footer."""
    size = 64 * MIB + 512
    written = {0: b"a" * 6 * MIB, 40 * MIB: b"b" * 512, 64 * MIB: b"footer  " * 64}
    with BlobServiceClient.from_connection_string(storage) as service:
        container = service.create_container("vhds")
        blob = container.get_blob_client("run/image.vhd")
        blob.create_page_blob(size)
        for offset, data in written.items():
            for start in range(0, len(data), 4 * MIB):
                piece = data[start : start + 4 * MIB]
                blob.upload_page(piece, offset=offset + start, length=len(piece))
        url = blob.url
    target = tmp_path / "demo" / "image.vhd"
    assert download_sparse(storage, url, target) == size
    content = target.read_bytes()
    expected = bytearray(size)
    for offset, data in written.items():
        expected[offset : offset + len(data)] = data
    assert content == bytes(expected)
    assert target.stat().st_blocks * 512 < 8 * MIB
    assert [path.name for path in target.parent.iterdir()] == ["image.vhd"]
