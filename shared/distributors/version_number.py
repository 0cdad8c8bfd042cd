"""Version numbers of gallery images, and how the next one is chosen.

Source: learn.microsoft.com, "Azure VM Image Builder template reference", distribute: versioning.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from shared.domain.template import Versioning

# A gallery takes 32-bit integers.
MAX_PART = 2**31 - 1
_TEXT = re.compile(r"(\d{1,10})\.(\d{1,10})\.(\d{1,10})", re.ASCII)


@dataclass(frozen=True, order=True)
class ImageVersion:
    """x.y.z; the latest is the highest major, then minor, then patch."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads x.y.z. Raises ValueError for anything else."""
        match = _TEXT.fullmatch(text)
        if match is None or any(int(part) > MAX_PART for part in match.groups()):
            raise ValueError(f"not a version number: {text}")
        major, minor, patch = (int(part) for part in match.groups())
        return cls(major, minor, patch)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def version_number(text: str) -> str | None:
    """The rule for an exact version number."""
    try:
        ImageVersion.parse(text)
    except ValueError:
        return f"must be a version number x.y.z, each part at most {MAX_PART}"
    return None


def version_or_latest(text: str) -> str | None:
    """The rule for the version of a source."""
    if text == "latest" or version_number(text) is None:
        return None
    return (
        'did you mean "latest"?' if text.lower() == "latest" else "must be a version number x.y.z or latest"
    )


def next_version(versioning: Versioning, existing: Iterable[str], source_version: str) -> str:
    """The number of the version to publish.

    `existing` are the definition's versions, `source_version` the exact one that was built from.
    Raises ValueError if no number is left, or `source_version` is no x.y.z.
    """
    versions = [ImageVersion.parse(text) for text in existing]
    if versioning.scheme == "Source":
        return str(_next_of_source(versions, ImageVersion.parse(source_version)))
    return str(_next_of_latest(versions, versioning.major))


def _next_of_latest(versions: list[ImageVersion], major: int) -> ImageVersion:
    """One patch above the highest version, of the given major version if it is not -1.

    AIB's documents do not say where an empty definition begins; 0.0.0 would be no valid version.
    """
    candidates = [version for version in versions if major in (-1, version.major)]
    if not candidates:
        return ImageVersion(max(major, 0), 0, 1)
    return _next_patch(max(candidates))


def _next_of_source(versions: list[ImageVersion], source: ImageVersion) -> ImageVersion:
    """The source's own version; if that is taken, one patch above the highest of its major and minor."""
    if source not in versions:
        return source
    return _next_patch(max(v for v in versions if (v.major, v.minor) == (source.major, source.minor)))


def _next_patch(version: ImageVersion) -> ImageVersion:
    if version.patch >= MAX_PART:
        raise ValueError(f"no version number is left above {version}")
    return ImageVersion(version.major, version.minor, version.patch + 1)
