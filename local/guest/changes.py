"""In what an exported disk differs from its base's, kept beside the VHD."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from local.guest.disk.undo import Range


@dataclass(frozen=True)
class Changes:
    """`base` is the base's own disk, a raw file without a footer. Outside of `ranges`, (offset, length) in
    bytes, the exported disk has the same bytes.
    """

    base: Path
    ranges: tuple[Range, ...]

    def write(self, file: Path) -> None:
        file.write_text(json.dumps({"base": self.base.name, "ranges": self.ranges}))

    @classmethod
    def read(cls, file: Path, layers: Path) -> Changes | None:
        """None where the disk was written whole, or its base is gone."""
        try:
            values = json.loads(file.read_bytes())
        except FileNotFoundError:
            return None
        base = layers / values["base"]
        ranges = tuple((start, length) for start, length in values["ranges"])
        return cls(base, ranges) if base.exists() else None
