"""Build requests from a queue: the same body as `POST /api/builds`; and approvals, `{"approve": …}`."""

import asyncio
import hashlib
import json

import azure.durable_functions as df
import azure.functions as func

from shared.approving import NothingToApproveError, approve_by_message, read_approve_message
from shared.azure.bus import REQUESTS_QUEUE
from shared.catalog.claims import Claim
from shared.domain.names import new_run_id
from shared.domain.problems import InvalidTemplateError
from shared.services import Services, services
from shared.settings import BUS_CONNECTION
from shared.starting import Durable, inline_request, inline_template, start_run, utc_now
from triggers.durable_client import DurableClient
from triggers.servicebus_image_events import reject

bp = df.Blueprint()


@bp.service_bus_queue_trigger(arg_name="message", connection=BUS_CONNECTION, queue_name=REQUESTS_QUEUE)
@bp.durable_client_input(client_name="client")
async def build_request(message: func.ServiceBusMessage, client: df.DurableOrchestrationClient) -> None:
    """The message is settled when the run is durably started; an exception has it delivered again."""
    await asyncio.to_thread(_take, message, DurableClient.of(client))


def _take(message: func.ServiceBusMessage, durable: Durable) -> None:
    kiln = services()
    message_id = message.message_id or f"number {message.sequence_number}"
    try:
        document = json.loads(message.get_body())
        if isinstance(document, dict) and "approve" in document:
            approve_by_message(kiln, durable, read_approve_message(document))
            return
        request = inline_request(kiln, document, f"message {message_id} of {REQUESTS_QUEUE}")
        template = inline_template(kiln, request)
    except NothingToApproveError as error:
        reject(kiln, message, REQUESTS_QUEUE, "NothingToApprove", str(error))
        return
    except (ValueError, InvalidTemplateError) as error:
        reject(kiln, message, REQUESTS_QUEUE, "InvalidRequest", str(error))
        return
    # A message that is delivered again has its id and its time, so it has its run too.
    run_id = new_run_id(template.name, message.enqueued_time_utc or utc_now(), message_id)
    if _is_copy(kiln, message_id, run_id):
        return
    if durable.find(run_id) is None:
        start_run(kiln, durable, run_id, request, template)


def _is_copy(kiln: Services, message_id: str, run_id: str) -> bool:
    """Whether a message of that id, which was sent before, has another run."""
    digest = hashlib.sha256(message_id.encode()).hexdigest()
    return kiln.claims.claim(REQUESTS_QUEUE, digest, run_id) is Claim.TAKEN
