"""The root file system, written from a directory straight into its place in the disk."""

from __future__ import annotations

from pathlib import Path

from local.guest.disk.gpt import Partition

LABEL = "rootfs"


def make_command(disk: Path, partition: Partition, tree: Path, root_uuid: str) -> list[str]:
    """The mke2fs command line. The rest of the disk is taken as zero, so nothing is written there.

    The features left out need e2fsprogs newer than some guests have.
    """
    extended = (
        f"offset={partition.offset},lazy_itable_init=1,lazy_journal_init=1,assume_storage_prezeroed=1,"
        f"root_owner=0:0,hash_seed={root_uuid}"
    )
    options = [
        "-t",
        "ext4",
        "-L",
        LABEL,
        "-U",
        root_uuid,
        "-E",
        extended,
        "-O",
        "^metadata_csum_seed,^orphan_file",
    ]
    return ["mke2fs", "-q", "-F", *options, "-d", str(tree), str(disk), f"{partition.size // 1024}k"]
