"""What a template follows: the image that it is built from at `latest`, and who follows one."""

from collections.abc import Iterator

from shared.api.arm import Refusal
from shared.distributors.gallery_image_id import GalleryImageId
from shared.domain.published_image import lineage_key
from shared.domain.template import (
    ImageTemplate,
    PlatformImageSource,
    SharedImageDistributor,
    SharedImageVersionSource,
)
from shared.domain.template_record import TemplateRecord, TriggerRecord
from shared.image_templates.documents import template_of
from shared.rebuilds.circles import Link
from shared.services import Services

LATEST = "latest"
HEALTHY = "Healthy"


def followed_source(template: ImageTemplate) -> str:
    """The source as a reference that ends in `latest`; empty for one that is pinned to a version."""
    match template.source:
        case PlatformImageSource() as source if source.version.lower() == LATEST:
            return f"{source.publisher}:{source.offer}:{source.sku}:{LATEST}"
        case SharedImageVersionSource() as source if source.image_version_id.lower().endswith(f"/{LATEST}"):
            return source.image_version_id
        case _:
            return ""


def link_of(template: ImageTemplate) -> Link:
    """What the template follows and publishes."""
    published = [
        GalleryImageId.parse(target.gallery_image_id).definition_id
        for target in template.distribute
        if isinstance(target, SharedImageDistributor)
    ]
    return Link(template.id, lineage_key(followed_source(template)), frozenset(map(lineage_key, published)))


def trigger_of(record: TemplateRecord) -> TriggerRecord | None:
    """The template's trigger; AIB allows one."""
    return record.triggers[0] if record.triggers else None


def followers(kiln: Services) -> Iterator[tuple[TemplateRecord, str]]:
    """Every template with a trigger, and the reference that it follows."""
    for record in kiln.templates.all(kiln.settings.subscription_id):
        template = _followed(record)
        if template is not None:
            yield record, followed_source(template)


def links(kiln: Services) -> Iterator[Link]:
    """Every template with a trigger, and the images that it connects."""
    for record in kiln.templates.all(kiln.settings.subscription_id):
        template = _followed(record)
        if template is not None:
            yield link_of(template)


def _followed(record: TemplateRecord) -> ImageTemplate | None:
    """None without a trigger, with a pinned source, and for what this Kiln cannot read any more."""
    if trigger_of(record) is None:
        return None
    try:
        template = template_of(record)
    except Refusal:
        return None
    return template if followed_source(template) else None


def dependents(kiln: Services, version: str) -> Iterator[TemplateRecord]:
    """The templates that follow the image of this exact version."""
    wanted = lineage_key(version)
    return (record for record, source in followers(kiln) if lineage_key(source) == wanted)
