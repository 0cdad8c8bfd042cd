"""Published images: which there are, what they are made from, and which are out of date."""

from itertools import islice

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.errors import error_body
from shared.api.images import image_body, lineage_body, stale_body
from shared.domain.codec import Json
from shared.rebuilds.lineage import ancestors, descendants, stale
from shared.services import services
from triggers.answers import answer, guarded

bp = df.Blueprint()
MOST_IMAGES = 1000


@bp.route("images", methods=["GET"])
@guarded(Role.READER)
def list_images(req: func.HttpRequest) -> func.HttpResponse:
    """All versions, or those of `definition` (full ARM id); at most 1000. `stale=true`: those to rebuild."""
    images = services().images
    if req.params.get("stale", "false").lower() == "true":
        found: list[Json] = [stale_body(image, newer) for image, newer in islice(stale(images), MOST_IMAGES)]
        return answer({"value": found})
    definition = req.params.get("definition", "")
    listed = images.of_definition(definition) if definition else images.all()
    return answer({"value": [image_body(image) for image in islice(listed, MOST_IMAGES)]})


@bp.route("images/lineage", methods=["GET"])
@guarded(Role.READER)
def get_lineage(req: func.HttpRequest) -> func.HttpResponse:
    """What the version `id` (full ARM id) was built on, and what was built on it."""
    images = services().images
    image = images.get(req.params.get("id", ""))
    if image is None:
        return answer(error_body("ImageNotFound", "Kiln has not published an image of that id"), 404)
    return answer(lineage_body(image, ancestors(images, image), descendants(images, image)))
