"""HTTP functions that stream; what the test does in between is seen from outside."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import azure.functions as func
from azurefunctions.extensions.http.fastapi import JSONResponse, Request, Response, StreamingResponse

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
begun, released = asyncio.Event(), asyncio.Event()


@app.route(route="upload/{name}", methods=["POST"])
async def upload(req: Request) -> Response:
    digest, size = hashlib.sha256(), 0
    async for chunk in req.stream():
        digest.update(chunk)
        size += len(chunk)
        begun.set()
    return JSONResponse({"name": req.path_params["name"], "size": size, "sha256": digest.hexdigest()})


@app.route(route="begun")
async def has_begun(req: Request) -> str:
    await begun.wait()
    return "yes"


@app.route(route="download")
async def download(req: Request) -> StreamingResponse:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        await released.wait()
        for _ in range(16):
            yield bytes(range(256)) * 4096

    response = StreamingResponse(pieces(), media_type="application/octet-stream", status_code=206)
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@app.route(route="release", methods=["POST"])
async def release(req: Request) -> Response:
    released.set()
    return Response(status_code=204)


@app.route(route="sync")
def sync(req: Request) -> str:
    return req.query_params["q"] + " " + req.headers["x-mine"]


@app.route(route="broken")
async def broken(req: Request) -> Response:
    raise RuntimeError("as it should")
