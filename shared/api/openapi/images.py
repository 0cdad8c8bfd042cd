"""Published images: lists, lineage, revocation."""

from shared.api.image_query import MOST_IMAGES
from shared.api.openapi.common import ARM_ID, INVALID, refused
from shared.api.openapi.model import Area, Reply, Route, query
from shared.api.openapi.schema import (
    Schema,
    array,
    flag,
    listing,
    mapping,
    moment,
    nullable,
    one_of,
    record,
    reference,
    text,
    whole,
)
from shared.domain.published_image import ImageState

_IMAGE: dict[str, Schema] = {
    "id": ARM_ID,
    "definitionId": ARM_ID,
    "version": text(),
    "parent": text("The exact version that it was built from: an ARM id or publisher:offer:sku:version."),
    "templateId": ARM_ID,
    "runId": text(),
    "publishedAt": moment(),
    "builtBy": nullable(text("Who, or what, asked for the run.")),
    "digests": mapping(text("SHA-256, 64 hex digits.")),
    "regions": array(text()),
    "state": one_of([state.value for state in ImageState]),
    "stateAt": nullable(moment()),
    "reason": nullable(text()),
    "endOfLifeAt": nullable(moment()),
}

SCHEMAS: dict[str, Schema] = {
    "Image": record(_IMAGE, {"newerParent": text("With `stale=true`: what its parent's newest version is.")}),
    "ImagePage": record(
        {
            "value": array(reference("Image")),
            "continuationToken": nullable(text("Asks for the next page; null on the last one.")),
        }
    ),
    "Lineage": record(
        {
            "image": reference("Image"),
            "ancestors": array(reference("Image")),
            "descendants": array(reference("Image")),
        }
    ),
    "Revocation": record(
        {"id": ARM_ID, "reason": text()},
        {"withDescendants": flag("False unless given."), "dryRun": flag("True unless given.")},
    ),
}

AREA = Area(
    "images",
    "Published image versions and what they are made from.",
    (
        Route(
            "GET",
            "/images",
            "listImages",
            "Lists versions: all, those of a definition, or those that should be built again.",
            (Reply(200, "A page of them.", reference("ImagePage")), INVALID),
            (
                query("definition", "The full ARM id of an image definition.", text()),
                query(
                    "stale",
                    "Only those whose parent has a newer version, as many as `limit`.",
                    one_of(["true", "false"]),
                ),
                query("limit", "Versions of one page, 1000 unless given.", whole(least=1, most=MOST_IMAGES)),
                query("continuationToken", "Of the page before, with the same definition.", text()),
            ),
        ),
        Route(
            "GET",
            "/images/lineage",
            "getLineage",
            "What a version was built on, and what was built on it.",
            (
                Reply(200, "The version's family.", reference("Lineage")),
                refused(404, "Kiln has not published it."),
            ),
            (query("id", "The version's full ARM id.", text(), required=True),),
        ),
        Route(
            "POST",
            "/images/revoke",
            "revokeImages",
            "Revokes a version, and what was built on it if asked to; dry unless `dryRun` is false.",
            (
                Reply(200, "What would be revoked.", listing("Image")),
                Reply(202, "What is being revoked.", listing("Image")),
                INVALID,
                refused(404, "There is no such image to revoke."),
            ),
            body=reference("Revocation"),
        ),
    ),
    SCHEMAS,
)
