"""The ARM ids of galleries, taken apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VersionAddress:
    """The parts of a gallery version's ARM id (`…/galleries/G/images/I/versions/V`)."""

    group: str
    gallery: str
    image: str
    version: str

    @classmethod
    def parse(cls, version_id: str) -> "VersionAddress":
        parts = version_id.strip("/").split("/")
        return cls(parts[3], parts[7], parts[9], parts[11] if len(parts) > 11 else "")  # noqa: PLR2004
