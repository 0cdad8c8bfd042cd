"""`kiln images`: the table and the tree."""

from typing import Any

import pytest

from cli.render.images import print_images, print_lineage

GALLERY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images"


def image(name: str, version: str, parent: str, **more: str) -> dict[str, Any]:
    return {
        "id": f"{GALLERY}/{name}/versions/{version}",
        "definitionId": f"{GALLERY}/{name}",
        "version": version,
        "parent": parent,
        "state": "Live",
        "publishedAt": "2026-11-21T10:00:00+00:00",
        **more,
    }


BASE = image("base", "1.0.0", "debian:debian-12:12-gen2:0.1.2")
WEB = image("web", "1.0.0", BASE["id"], state="Deprecated")


def test_images_are_listed_with_what_they_were_built_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    web = {**WEB, "newerParent": f"{GALLERY}/base/versions/1.0.1", "builtBy": "event base-42 from /ci"}
    print_images({"value": [web]})
    shown = capsys.readouterr().out
    assert "golden/base/1.0.0 (newer: golden/base/1.0.1)" in shown
    assert "Deprecated" in shown
    assert "event base-42 from /ci" in shown
    print_images({"value": []})
    assert capsys.readouterr().out == "no images\n"


def test_a_lineage_is_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    app = image("app", "2.0.0", WEB["id"])
    print_lineage({"image": WEB, "ancestors": [BASE], "descendants": [app]})
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "debian:debian-12:12-gen2:0.1.2",
        "└── golden/base/1.0.0",
        "    └── golden/web/1.0.0 (Deprecated)",
        "        └── golden/app/2.0.0",
    ]
