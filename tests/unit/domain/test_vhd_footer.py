"""A VHD's footer: what a hypervisor writes is good, what was changed is not."""

import uuid
from pathlib import Path

import pytest

from local.guest.vhd import append_footer
from shared.domain.vhd_footer import FOOTER_BYTES, footer_fault

MIB = 1024 * 1024


@pytest.fixture
def footer(tmp_path: Path) -> bytes:
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(MIB))
    append_footer(disk, uuid.uuid4(), 1_800_000_000)
    return disk.read_bytes()[-FOOTER_BYTES:]


def test_a_fixed_vhd_is_known_by_its_footer(footer: bytes) -> None:
    assert footer_fault(footer, MIB + FOOTER_BYTES) == ""


def test_a_blob_that_was_cut_off_is_not(footer: bytes) -> None:
    assert "does not end" in footer_fault(footer[1:], MIB + FOOTER_BYTES - 1)
    assert "does not end" in footer_fault(bytes(FOOTER_BYTES), MIB)
    assert "says 1048576 bytes" in footer_fault(footer, 2 * MIB)


def test_a_changed_byte_is_found(footer: bytes) -> None:
    assert "checksum" in footer_fault(footer[:70] + b"\xff" + footer[71:], MIB + FOOTER_BYTES)
