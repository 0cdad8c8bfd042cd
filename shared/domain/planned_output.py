"""What a run publishes."""

from dataclasses import dataclass, field

from shared.domain.resolved_source import Origin
from shared.domain.template import TargetRegion


@dataclass(frozen=True)
class GalleryOutput:
    """A gallery version to publish; `version_id` is its full ARM id, `location` the definition's region.

    `end_of_life` is UTC, ISO 8601, empty for none.
    """

    name: str
    version_id: str
    version: str
    location: str
    target_regions: tuple[TargetRegion, ...]
    exclude_from_latest: bool
    replication_mode: str
    origin: Origin
    end_of_life: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    type = "SharedImage"


@dataclass(frozen=True)
class ImageOutput:
    """A managed image to make: its full ARM id."""

    name: str
    image_id: str
    origin: Origin
    tags: dict[str, str] = field(default_factory=dict)

    type = "ManagedImage"


@dataclass(frozen=True)
class VhdOutput:
    """A VHD to write to `blob_path`: `container/name` in Kiln's storage account, or the template's URI."""

    name: str
    blob_path: str
    metadata: dict[str, str] = field(default_factory=dict)

    type = "VHD"
