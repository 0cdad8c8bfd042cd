"""The catalogue of images."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.guest import GuestError, Hypervisor

ROW = """
[[image]]
publisher = "Debian"
offer = "debian-13"
sku = "13-gen2"
version = "1.2.3"
generation = "V2"
os_disk_gib = 30
recipe = { kind = "debian", suite = "trixie" }
"""


def test_the_shipped_images(tmp_path: Path) -> None:
    shipped = {
        (image.publisher, image.offer, image.sku, image.generation, image.os_disk_gib)
        for image in Hypervisor(tmp_path).marketplace()
    }
    assert ("Debian", "debian-12", "12-gen2", "V2", 30) in shipped
    assert ("Debian", "debian-12", "12", "V1", 30) in shipped
    assert ("Kiln", "tiny", "tiny-gen2", "V2", 1) in shipped


def test_a_users_own_images_come_last(tmp_path: Path) -> None:
    (tmp_path / "marketplace.toml").write_text(ROW)
    image = Hypervisor(tmp_path).marketplace()[-1]
    assert (image.offer, image.version, image.os_type, image.architecture) == (
        "debian-13",
        "1.2.3",
        "Linux",
        "x64",
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"1.2.3"', '"1.2"', "version must be x.y.z"),
        ('"V2"', '"V3"', "generation must be"),
        ("= 30", "= 0", "os_disk_gib must be"),
        ("= 30", '= "30"', "os_disk_gib must be"),
        ('"Debian"', "7", "publisher must be text"),
        ('sku = "13-gen2"\n', "", "missing or unknown: sku"),
        ("os_disk_gib", "size", "missing or unknown: os_disk_gib, size"),
        ('"trixie"', '"x; rm -rf"', "recipe must be"),
        ('kind = "debian"', 'kind = "windows"', "recipe must be"),
        ("[[image]]", "[[picture]]", r"only \[\[image\]\] tables"),
        ("[[image]]", "[[image", "line 2"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (tmp_path / "marketplace.toml").write_text(ROW.replace(old, new))
    with pytest.raises(GuestError, match=problem) as caught:
        Hypervisor(tmp_path).marketplace()
    assert "marketplace.toml" in str(caught.value)
