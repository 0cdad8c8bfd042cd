"""The Durable Task management API over HTTP, once under the webhook (with a system key) and once on loopback
(without).

Codes, headers and bodies follow HttpApiHandler of the Durable extension.
"""

import functools
import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .client_api import DurableClientApi
from .entity_api import EntityApi
from .errors import InstanceConflictError, InstanceGoneError, InstanceNotFoundError, InvalidRequestError
from .history import compact
from .instances import Instance, Status
from .payloads import WEBHOOK_PATH, ClientLinks, error_payload, history_payload, status_payload, token
from .queries import Filter, Queries, instance_filter
from .traces import from_headers

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
_POLL_SECONDS = "5"
_FIRST_POLL_SECONDS = "10"


class ManagementApi:
    """Handlers shared by both bases."""

    def __init__(
        self, client: DurableClientApi, queries: Queries, entities: EntityApi, links: ClientLinks
    ) -> None:
        self._client = client
        self._queries = queries
        self._entities = entities
        self._links = links

    def routes(self, base: str, allowed: Callable[[Request], bool]) -> list[Route]:
        """The API's routes under `base`; a request that is not `allowed` gets 401."""

        def route(path: str, handler: Handler, method: str) -> Route:
            return Route(base + path, _guarded(handler, allowed), methods=[method])

        instance = "/instances/{id}"
        return [
            route("/orchestrators/{name}", self._start, "POST"),
            route("/orchestrators/{name}/{id}", self._start, "POST"),
            *(route(path, self._list, "GET") for path in ("/instances", "/instances/")),
            *(route(path, self._purge_many, "DELETE") for path in ("/instances", "/instances/")),
            route(instance, self._status, "GET"),
            route(instance, self._purge, "DELETE"),
            route(f"{instance}/raiseEvent/{{event}}", self._raise_event, "POST"),
            route(f"{instance}/{{operation}}", self._operate, "POST"),
            *(
                route(path, self._entities.list, "GET")
                for path in ("/entities", "/entities/", "/entities/{name}", "/entities/{name}/")
            ),
            route("/entities/{name}/{key}", self._entities.get, "GET"),
            route("/entities/{name}/{key}", self._entities.signal, "POST"),
            route("/entities/{name}/{key}", self._entities.signal, "DELETE"),
        ]

    async def _start(self, request: Request) -> Response:
        name, instance_id = request.path_params["name"], request.path_params.get("id")
        version, trace = request.query_params.get("version"), from_headers(request.headers)
        new_id = await self._client.start(name, instance_id, await json_body(request), version, trace)
        return await self._started(request, new_id)

    async def _started(self, request: Request, instance_id: str) -> Response:
        timeout = request.query_params.get("timeout")
        if timeout is not None and "pollingInterval" in request.query_params:
            instance = await self._client.wait_for_end(instance_id, _seconds(timeout))
            if instance.status is Status.COMPLETED:
                return JSONResponse(token(instance.output))
            if instance.status.is_terminal:
                return self._status_response(request, instance)
        # The public API answers with the caller's own idea of the address, the loopback one with the host's.
        origin = f"{request.url.scheme}://{request.url.netloc}" if WEBHOOK_PATH in request.url.path else None
        links = self._links.for_instance(instance_id, origin)
        headers = {"Location": str(links["statusQueryGetUri"]), "Retry-After": _FIRST_POLL_SECONDS}
        return JSONResponse(links, status_code=202, headers=headers)

    async def _status(self, request: Request) -> Response:
        return self._status_response(request, self._client.get(request.path_params["id"]))

    def _status_response(self, request: Request, instance: Instance) -> Response:
        body = status_payload(instance, flag(request, "showInput", True))
        if flag(request, "showHistory", False):
            shows = flag(request, "showHistoryOutput", False)
            body["historyEvents"] = history_payload(instance.history, shows)
        if not instance.status.is_terminal:
            headers = {"Location": str(request.url), "Retry-After": _POLL_SECONDS}
            return JSONResponse(body, status_code=202, headers=headers)
        as_error = flag(request, "returnInternalServerErrorOnFailure", False)
        return JSONResponse(body, status_code=500 if as_error and instance.status is Status.FAILED else 200)

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        found, next_token = self._queries.page(
            _filter(request), _number(query.get("top")), request.headers.get("x-ms-continuation-token", "")
        )
        shows = flag(request, "showInput", True)
        body = [status_payload(instance, shows) for instance in found]
        return JSONResponse(body, headers={"x-ms-continuation-token": next_token})

    async def _purge(self, request: Request) -> Response:
        instance = self._client.get(request.path_params["id"])
        return JSONResponse({"instancesDeleted": await self._queries.purge(Filter("id=?", (instance.id,)))})

    async def _purge_many(self, request: Request) -> Response:
        if "createdTimeFrom" not in request.query_params:
            return JSONResponse("Please provide value for 'createdTimeFrom' parameter.", status_code=400)
        deleted = await self._queries.purge(_filter(request))
        return JSONResponse({"instancesDeleted": deleted}) if deleted else Response(status_code=404)

    async def _raise_event(self, request: Request) -> Response:
        instance_id = request.path_params["id"]
        self._client.require_live(instance_id)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return JSONResponse(
                {"Message": "Only application/json request content is supported"}, status_code=400
            )
        data = await json_body(request)
        await self._client.raise_event(instance_id, request.path_params["event"], data or "null")
        return Response(status_code=202)

    async def _operate(self, request: Request) -> Response:
        operation, instance_id = request.path_params["operation"].lower(), request.path_params["id"]
        if operation == "restart":
            with_new_id = flag(request, "restartWithNewInstanceId", True)
            return await self._started(request, await self._client.restart(instance_id, with_new_id))
        operations = {
            "terminate": self._client.terminate,
            "suspend": self._client.suspend,
            "resume": self._client.resume,
            "rewind": self._client.rewind,
        }
        if operation not in operations:
            return Response(status_code=404)
        await operations[operation](instance_id, request.query_params.get("reason", ""))
        return Response(status_code=202)


def _guarded(handler: Handler, allowed: Callable[[Request], bool]) -> Handler:
    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        if not allowed(request):
            return Response(status_code=401)
        try:
            return await handler(request)
        except InstanceNotFoundError:
            return Response(status_code=404)
        except InstanceGoneError:
            return Response(status_code=410)
        except InvalidRequestError as error:
            return _error(400, "One or more of the arguments submitted is incorrect", error)
        except json.JSONDecodeError as error:
            return _error(400, "Invalid JSON content", error)
        except InstanceConflictError as error:
            return _error(500, "Something went wrong while processing your request", error)

    return guarded


def _error(status: int, message: str, error: Exception) -> Response:
    return JSONResponse(error_payload(message, error), status_code=status)


async def json_body(request: Request) -> str | None:
    """The body as compact JSON text, None if it is empty. The text is stored as it came: the SDK encodes
    twice.
    """
    body = await request.body()
    return compact(json.loads(body)) if body else None


def flag(request: Request, name: str, default: bool) -> bool:
    text = request.query_params.get(name, "").lower()
    return text == "true" if text in ("true", "false") else default


def _filter(request: Request) -> Filter:
    given = ",".join(request.query_params.getlist("runtimeStatus"))
    known = {status.value.lower(): status.value for status in Status}
    statuses = [known[s.strip().lower()] for s in given.split(",") if s.strip().lower() in known]
    return instance_filter(request.query_params, statuses)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidRequestError(f"timeout: '{text}' is not a number of seconds") from None
