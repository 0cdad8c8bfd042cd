"""Published images: which there are, what they are made from, and which are out of date."""

from itertools import islice

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.arm import Refusal, skip_token
from shared.api.errors import error_body
from shared.api.image_query import read_image_query
from shared.api.images import image_body, lineage_body, stale_body
from shared.catalog.images import is_place
from shared.domain.codec import Json
from shared.rebuilds.lineage import ancestors, descendants, stale
from shared.services import services
from triggers.answers import answer, guarded

bp = df.Blueprint()


@bp.route("images", methods=["GET"])
@guarded(Role.READER)
def list_images(req: func.HttpRequest) -> func.HttpResponse:
    """A page of all versions, or of those of `definition` (full ARM id). `stale=true`: those to rebuild."""
    asked = read_image_query(req.params)
    if asked.after and not is_place(asked.after):
        raise Refusal("InvalidParameter", "continuationToken: is none that this list has answered with", 400)
    images = services().images
    if asked.stale:
        found: list[Json] = [stale_body(image, newer) for image, newer in islice(stale(images), asked.limit)]
        return answer({"value": found, "continuationToken": None})
    page = images.page(asked.definition, asked.after, asked.limit)
    token = skip_token(page.after) if page.after else None
    return answer({"value": [image_body(image) for image in page.images], "continuationToken": token})


@bp.route("images/lineage", methods=["GET"])
@guarded(Role.READER)
def get_lineage(req: func.HttpRequest) -> func.HttpResponse:
    """What the version `id` (full ARM id) was built on, and what was built on it."""
    images = services().images
    image = images.get(req.params.get("id", ""))
    if image is None:
        return answer(error_body("ImageNotFound", "Kiln has not published an image of that id"), 404)
    return answer(lineage_body(image, ancestors(images, image), descendants(images, image)))
