"""The catalogue of images."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.guest import GuestError, Hypervisor
from local.guest.marketplace import MarketplaceImage, PurchasePlan
from local.guest.recipes import DiskRecipe, MmdebstrapRecipe, NoRecipe, TarRecipe

ROW = """
[[image]]
publisher = "RedHat"
offer = "RHEL"
sku = "9-lvm-gen2"
versions = ["1.2.3", "1.2.4"]
generation = "V2"
os_disk_gib = 30
plan = { name = "p", product = "q", publisher = "RedHat" }
recipe = { kind = "mmdebstrap", suite = "trixie", components = ["main"], packages = ["vim-tiny"] }
"""


def find(images: tuple[MarketplaceImage, ...], sku: str) -> list[MarketplaceImage]:
    return [image for image in images if image.sku == sku]


@pytest.fixture(autouse=True)
def _no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KILN_LOCAL_MARKETPLACE", raising=False)


def test_the_shipped_images(tmp_path: Path) -> None:
    images = Hypervisor(tmp_path).marketplace()
    shipped = {(image.publisher, image.offer, image.sku, image.generation) for image in images}
    assert len(shipped) == len(images)
    assert ("Debian", "debian-12", "12-gen2", "V2") in shipped
    assert ("Debian", "debian-12", "12", "V1") in shipped
    assert ("Canonical", "ubuntu-24_04-lts", "server", "V2") in shipped
    assert ("Kiln", "tiny", "tiny-gen2", "V2") in shipped
    assert ("Kiln", "tiny", "tiny", "V1") in shipped
    assert {"RedHat", "SUSE", "Oracle", "MicrosoftWindowsServer"} <= {image.publisher for image in images}
    rocky = next(image for image in images if image.publisher == "resf")
    assert rocky.plan == PurchasePlan("9-base", "rockylinux-x86_64", "resf")


def test_a_users_rows_replace_those_of_the_same_sku(tmp_path: Path) -> None:
    (tmp_path / "marketplace.toml").write_text(ROW)
    first, second = find(Hypervisor(tmp_path).marketplace(), "9-lvm-gen2")
    assert (first.version, second.version, first.architecture) == ("1.2.3", "1.2.4", "x64")
    assert first.recipe == MmdebstrapRecipe("trixie", "debian", ("main",), ("vim-tiny",))
    assert first.plan == PurchasePlan("p", "q", "RedHat")


def test_the_settings_file_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "marketplace.toml").write_text(ROW)
    named = tmp_path / "team" / "images.toml"
    named.parent.mkdir()
    named.write_text(ROW.replace("1.2.3", "9.9.9"))
    monkeypatch.setenv("KILN_LOCAL_MARKETPLACE", str(named))
    assert find(Hypervisor(tmp_path).marketplace(), "9-lvm-gen2")[0].version == "9.9.9"
    named.unlink()
    with pytest.raises(GuestError, match=r"images\.toml cannot be read"):
        Hypervisor(tmp_path).marketplace()


def test_paths_are_relative_to_their_file(tmp_path: Path) -> None:
    row = ROW[: ROW.index("recipe")]
    digest = "0" * 64
    tar = f'recipe = {{ kind = "tar", location = "https://example.com/r.tar", sha256 = "{digest}" }}'
    disk = 'recipe = { kind = "disk", format = "qcow2", location = "disks/a.qcow2" }'
    (tmp_path / "marketplace.toml").write_text(row + tar + row.replace("RHEL", "other") + disk)
    one, other = find(Hypervisor(tmp_path).marketplace(), "9-lvm-gen2")[::2]
    assert one.recipe == TarRecipe("https://example.com/r.tar", digest)
    assert other.recipe == DiskRecipe(str(tmp_path / "disks/a.qcow2"), "qcow2")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"1.2.3"', '"1.2"', r"image\[0\]\.versions\[0\]: must be versions x\.y\.z, not '1.2'"),
        ('["1.2.3", "1.2.4"]', "[]", r"image\[0\]\.versions: must be a list of versions"),
        ('"V2"', '"V3"', r"image\[0\]\.generation: must be V1 or V2"),
        ("= 30", "= 0", r"image\[0\]\.os_disk_gib: must be a whole number from 1 to 4095, not 0"),
        ("= 30", "= true", r"image\[0\]\.os_disk_gib: must be a whole number"),
        ('publisher = "RedHat"\n', "publisher = 7\n", r"image\[0\]\.publisher: must be a name"),
        ('sku = "9-lvm-gen2"\n', "", r"image\[0\]\.sku: is missing"),
        ("os_disk_gib", "size", r"image\[0\]\.size: is not known here"),
        ('product = "q", ', "", r"image\[0\]\.plan\.product: is missing"),
        ('"trixie"', '"x; rm -rf"', r"image\[0\]\.recipe\.suite: must be a suite's code name"),
        ('"mmdebstrap"', '"windows"', r"image\[0\]\.recipe\.kind: must be mmdebstrap or tar or disk or tiny"),
        ('["vim-tiny"]', '["-o"]', r"image\[0\]\.recipe\.packages\[0\]: must be package names"),
        ("generation", 'architecture = "Arm64"\ngeneration', r"image\[0\]\.recipe: only Linux on x64"),
        (
            ROW[ROW.index("recipe") :],
            'recipe = { kind = "tar", location = "http://x" }',
            "sha256: is missing",
        ),
        ("[[image]]", "[[picture]]", r"picture: only \[\[image\]\] tables"),
        ("[[image]]", "[[image", "line 2"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (tmp_path / "marketplace.toml").write_text(ROW.replace(old, new))
    with pytest.raises(GuestError, match=problem) as caught:
        Hypervisor(tmp_path).marketplace()
    assert "marketplace.toml" in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = ROW.replace("= 30", "= 0").replace('"V2"', '"V3"') + ROW
    (tmp_path / "marketplace.toml").write_text(text)
    with pytest.raises(GuestError) as caught:
        Hypervisor(tmp_path).marketplace()
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "image[0].generation",
        "image[0].os_disk_gib",
        "image[1].sku",
    ]


def test_a_known_image_without_a_recipe_says_how_to_add_it(tmp_path: Path) -> None:
    hypervisor = Hypervisor(tmp_path)
    suse = next(image for image in hypervisor.marketplace() if image.publisher == "SUSE")
    assert suse.recipe == NoRecipe()
    with pytest.raises(GuestError, match=r"SUSE:sles-15-sp6:gen2.*KILN_LOCAL_MARKETPLACE") as caught:
        hypervisor.prepare(suse)
    assert caught.value.code == "ImageNotAvailable"
