"""Kiln's own API: start a build, follow it, read its log, cancel it."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.arm import Refusal, skip_token
from shared.api.builds import run_body, run_etag
from shared.api.byte_range import ByteRange, read_range
from shared.api.query import Query
from shared.api.run_query import FollowQuery, read_follow_query, read_list_query
from shared.catalog.logs import MOST_BYTES, LogChunk, read_log
from shared.catalog.run_rows import is_row_key
from shared.domain.codec import Json
from shared.domain.run import Run
from shared.image_templates.starting import start_build as start
from shared.services import services
from shared.starting import cancel_run
from triggers.answers import answer, guarded, guarded_async
from triggers.authorise import caller_of
from triggers.decode import read_json
from triggers.durable_client import DurableClient

bp = df.Blueprint()
LOOK_SECONDS = 0.5  # between two looks at a run that somebody waits for
LAST_OFFSET = 10**15 - 1


@bp.route("builds", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def start_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202 with the run; 400 with every problem of the template, and nothing was created."""
    document = read_json(req)
    durable = DurableClient.of(client)
    run = await asyncio.to_thread(lambda: start(services(), durable, document, caller_of(req).identity))
    return answer(run_body(run), 202, {"Location": f"/api/builds/{run.id}"})


@bp.route("builds", methods=["GET"])
@guarded(Role.READER)
def list_builds(req: func.HttpRequest) -> func.HttpResponse:
    """A page of runs, the newest first."""
    asked = read_list_query(req.params)
    if asked.after and not is_row_key(asked.after):
        raise Refusal("InvalidParameter", "continuationToken: is none that this list has answered with", 400)
    page = services().runs.page(asked.wanted, asked.after, asked.limit)
    runs: list[Json] = [run_body(run) for run in page.runs]
    return answer({"value": runs, "continuationToken": skip_token(page.after) if page.after else None})


@bp.route("builds/{run}", methods=["GET"])
@guarded_async(Role.READER)
async def get_build(req: func.HttpRequest) -> func.HttpResponse:
    """200 with the run, 304 when the caller knows it as it is; waits for a change where asked to."""
    asked = read_follow_query(req.params, req.headers.get("if-none-match", ""))
    run_id = req.route_params["run"]
    run = await _awaited(run_id, asked)
    if run is None:
        raise _not_found(run_id)
    etag = run_etag(run)
    if etag.strip('"') in asked.known:
        return func.HttpResponse(status_code=304, headers={"ETag": etag})
    return answer(run_body(run), 200, {"ETag": etag})


async def _awaited(run_id: str, asked: FollowQuery) -> Run | None:
    """The run as soon as it is another than the caller knows, or has ended, or the time is up."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + asked.wait_seconds
    run = await asyncio.to_thread(_find, run_id)
    known = asked.known or ({run_etag(run).strip('"')} if run else frozenset[str]())
    while run is not None and not run.ended and run_etag(run).strip('"') in known:
        left = deadline - clock()
        if left <= 0:
            break
        await asyncio.sleep(min(LOOK_SECONDS, left))
        run = await asyncio.to_thread(_find, run_id)
    return run


@bp.route("builds/{run}/logs", methods=["GET"])
@guarded(Role.READER)
def get_logs(req: func.HttpRequest) -> func.HttpResponse:
    """The log from byte `offset` on, or the bytes of `Range`; the headers say where the next ones begin."""
    query = Query(req.params)
    offset = query.whole("offset", least=0, most=LAST_OFFSET, default=0)
    query.check()
    run = _find(req.route_params["run"])
    if run is None:
        raise _not_found(req.route_params["run"])
    wanted = read_range(req.headers.get("range", ""))
    if wanted is None:
        return _log(read_log(services().documents, run, offset))
    return _part_of_log(read_log(services().documents, run, wanted.first, wanted.most(MOST_BYTES)), wanted)


def _log(chunk: LogChunk, status: int = 200, content_range: str = "") -> func.HttpResponse:
    headers = {
        "x-kiln-next-offset": str(chunk.next_offset),
        "x-kiln-complete": str(chunk.complete).lower(),
        "Accept-Ranges": "bytes",
        **({"Content-Range": content_range} if content_range else {}),
    }
    return func.HttpResponse(
        chunk.data, status_code=status, headers=headers, mimetype="text/plain", charset="utf-8"
    )


def _part_of_log(chunk: LogChunk, wanted: ByteRange) -> func.HttpResponse:
    """206; how long the log will become is not known, which `*` says."""
    if not chunk.data:
        raise Refusal("RangeNotSatisfiable", f"there is no byte {wanted.first} in the log", 416)
    return _log(chunk, 206, f"bytes {wanted.first}-{chunk.next_offset - 1}/*")


@bp.route("builds/{run}/cancel", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def cancel_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202; the run ends Canceled once what it made is gone. A run that has ended stays as it is."""
    durable, run_id = DurableClient.of(client), req.route_params["run"]
    run = await asyncio.to_thread(_find, run_id)
    if run is None:
        raise _not_found(run_id)
    canceled = await asyncio.to_thread(cancel_run, services(), durable, run)
    return answer(run_body(canceled), 202)


def _find(run_id: str) -> Run | None:
    return services().runs.get(run_id)


def _not_found(run_id: str) -> Refusal:
    return Refusal("RunNotFound", f"there is no run {run_id}", 404)
