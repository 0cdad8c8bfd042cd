"""Lifecycle policies: apply, what they did; and revoking a version. Dry unless asked otherwise."""

import asyncio
import uuid

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.errors import error_body
from shared.api.images import image_body
from shared.api.lifecycle import read_revocation, report_body
from shared.domain.codec import Json, to_json
from shared.domain.lifecycle import RevokeRequest
from shared.domain.stored_policy import LIFECYCLE
from shared.lifecycle.applying import apply_policy
from shared.lifecycle.revoking import to_revoke
from shared.services import Services, services
from triggers.answers import answer, guarded, guarded_async
from triggers.decode import read_json
from triggers.durable_client import DurableClient
from triggers.http_policies import stored_policy

bp = df.Blueprint()
POLICY = "lifecycle-policies/{policy}"


@bp.route(f"{POLICY}/apply", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.OWNER)
async def apply_lifecycle_policy(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """202; a dry run unless `dryRun=false`. 409 while it is being applied. The report tells what happened."""
    durable = DurableClient.of(client)
    dry_run = req.params.get("dryRun", "true").lower() != "false"

    def apply(kiln: Services) -> func.HttpResponse:
        stored = stored_policy(req, LIFECYCLE)
        if not apply_policy(kiln, durable, stored, dry_run=dry_run):
            return answer(error_body("PolicyBusy", "the policy is being applied"), 409)
        location = f"/api/lifecycle-policies/{stored.name}/report"
        return answer({"started": True, "dryRun": dry_run}, 202, {"Location": location})

    return await asyncio.to_thread(lambda: apply(services()))


@bp.route(f"{POLICY}/report", methods=["GET"])
@guarded(Role.READER)
def get_lifecycle_report(req: func.HttpRequest) -> func.HttpResponse:
    """What the policy did, or would have done, the last time."""
    report = services().cycles.get_lifecycle(req.route_params["policy"])
    if report is None:
        return answer(error_body("NoReport", "the policy has not been applied yet"), 404)
    return answer(report_body(report))


@bp.route("images/revoke", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.OWNER)
async def revoke_image(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """200 with what would be revoked; with `"dryRun": false` 202, and it is."""
    asked = read_revocation(read_json(req))
    durable = DurableClient.of(client)

    def revoke(kiln: Services) -> func.HttpResponse:
        images = to_revoke(kiln, asked.id, with_descendants=asked.with_descendants)
        if not images:
            return answer(error_body("ImageNotFound", "there is no such image to revoke"), 404)
        if not asked.dry_run:
            ids = tuple(image.id for image in images)
            request = RevokeRequest(ids, asked.reason, kiln.settings.poll)
            durable.start("revoke_images", f"revoke-{uuid.uuid4()}", to_json(request))
        found: list[Json] = [image_body(image) for image in images]
        return answer({"value": found}, 200 if asked.dry_run else 202)

    return await asyncio.to_thread(lambda: revoke(services()))
