"""Templates with triggers must not be built from what they come to publish themselves."""

from shared.api.arm import Refusal
from shared.domain.problems import Problem
from shared.domain.template_record import TemplateRecord
from shared.image_templates.documents import template_of
from shared.rebuilds.circles import find_circle
from shared.rebuilds.followed import link_of, links
from shared.services import Services


def refuse_circles(kiln: Services, record: TemplateRecord) -> None:
    """Raises Refusal 400 with the way round; `record` has a trigger, or is to get one."""
    circle = find_circle(link_of(template_of(record)), links(kiln))
    if circle:
        names = " → ".join(template_id.rpartition("/")[2] for template_id in circle)
        message = f"the trigger would close a circle in which each build starts the next: {names}"
        raise Refusal("ValidationFailed", message, 400, [Problem("properties.source", message)])
