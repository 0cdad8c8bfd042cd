"""What Kiln remembers of every image version that it published: where it comes from and how it fares."""

from dataclasses import dataclass, field
from enum import StrEnum


class ImageState(StrEnum):
    """A version's life, in this order; a revoked one must not be used any more, at whatever age."""

    LIVE = "Live"
    DEPRECATED = "Deprecated"  # has an end of life; may still be used
    EXCLUDED = "Excluded"  # no longer `latest`
    DELETED = "Deleted"
    REVOKED = "Revoked"


@dataclass(frozen=True)
class PublishedImage:
    """One gallery image version.

    `id` is its full ARM id, `definition_id` its definition's. `parent` is the exact version that it was built
    from: the full ARM id of a gallery version or managed image, or `publisher:offer:sku:version`. `digests`
    maps what went into it to SHA-256 digests, 64 hex digits: `template`, `customize-00` for the script of a
    customizer, `customize-00/file` for the file it brought. `built_by` is the run's. Times are UTC, ISO 8601.
    """

    id: str
    definition_id: str
    version: str
    parent: str
    template_id: str
    run_id: str
    published_at: str
    built_by: str = ""
    digests: dict[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    state: ImageState = ImageState.LIVE
    state_at: str = ""
    reason: str = ""
    end_of_life_at: str = ""


def lineage_key(reference: str) -> str:
    """What an image's versions share: a definition's id or `publisher:offer:sku`, in lower case.

    `reference` is an exact version of it, or `latest`: an ARM id with `/versions/…`, or a URN of four parts.
    """
    lower = reference.lower()
    if lower.startswith("/"):
        return lower.partition("/versions/")[0]
    return ":".join(lower.split(":")[:3])


def version_of(reference: str) -> str:
    """The version in a reference; empty for what has none, such as a managed image."""
    if reference.startswith("/"):
        return reference.lower().partition("/versions/")[2]
    parts = reference.split(":")
    return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - publisher:offer:sku:version
