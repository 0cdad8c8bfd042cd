"""What a template follows: the image that it is built from at `latest`, and who follows one."""

from collections.abc import Iterator

from shared.domain.published_image import lineage_key
from shared.domain.template import ImageTemplate, PlatformImageSource, SharedImageVersionSource
from shared.domain.template_record import TemplateRecord, TriggerRecord
from shared.image_templates.documents import template_of
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


def trigger_of(record: TemplateRecord) -> TriggerRecord | None:
    """The template's trigger; AIB allows one."""
    return record.triggers[0] if record.triggers else None


def followers(kiln: Services) -> Iterator[tuple[TemplateRecord, str]]:
    """Every template with a trigger, and the reference that it follows."""
    for record in kiln.templates.all(kiln.settings.subscription_id):
        if trigger_of(record) is not None:
            source = followed_source(template_of(record))
            if source:
                yield record, source


def dependents(kiln: Services, version: str) -> Iterator[TemplateRecord]:
    """The templates that follow the image of this exact version."""
    wanted = lineage_key(version)
    return (record for record, source in followers(kiln) if lineage_key(source) == wanted)
