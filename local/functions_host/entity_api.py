"""The entity part of the management API."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .client_api import DurableClientApi
from .entities import EntityEngine
from .history import compact, iso
from .payloads import token
from .queries import Queries
from .settings import Json

_EMPTY_KEY = "$"


class EntityApi:
    """Read, signal and list entities."""

    def __init__(self, client: DurableClientApi, engine: EntityEngine, queries: Queries) -> None:
        self._client = client
        self._engine = engine
        self._queries = queries

    async def get(self, request: Request) -> Response:
        state = self._engine.state(_entity_id(request))
        if state is None:
            return Response(status_code=404)
        return JSONResponse(token(state))

    async def signal(self, request: Request) -> Response:
        """POST `?op=` or DELETE. The input is stored as it came: the SDK encodes twice, a plain client must
        too.
        """
        deletes = request.method == "DELETE"
        operation = "delete" if deletes else request.query_params.get("op", "")
        body = await request.body()
        is_json = request.headers.get("content-type", "").lower().startswith("application/json")
        text = None
        if body:
            text = compact(json.loads(body)) if is_json else json.dumps(body.decode(errors="replace"))
        await self._client.signal_entity(_entity_id(request), operation, text)
        return Response(status_code=202)

    async def list(self, request: Request) -> Response:
        name = request.path_params.get("name", "")
        top = request.query_params.get("top", "")
        after = request.headers.get("x-ms-continuation-token", "")
        rows, next_token = self._queries.entities(name, after, int(top) if top.isdigit() else 0)
        fetches_state = request.query_params.get("fetchState", "").lower() == "true"
        body: list[Json] = []
        for entity_id, state, updated in rows:
            _, entity, key = str(entity_id).split("@", 2)
            item: dict[str, Json] = {
                "entityId": {"name": entity, "key": key},
                "lastOperationTime": iso(float(str(updated))),
            }
            if fetches_state:
                item["state"] = token(None if state is None else str(state))
            body.append(item)
        return JSONResponse(body, headers={"x-ms-continuation-token": next_token})


def _entity_id(request: Request) -> str:
    key = request.path_params["key"]
    return f"@{request.path_params['name'].lower()}@{'' if key == _EMPTY_KEY else key}"
