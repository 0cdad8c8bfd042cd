"""Managed identity over plain HTTP on loopback, in both shapes that the Azure SDKs know.

App Service: `IDENTITY_ENDPOINT` with the header `X-IDENTITY-HEADER`. Virtual machine (IMDS):
`/metadata/identity/oauth2/token` with `Metadata: true`.
"""

from __future__ import annotations

import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.cloud.identity.tokens import CLIENT_ID, LIFETIME_SECONDS, Tokens

APP_SERVICE_PATH = "/msi/token"
IMDS_PATH = "/metadata/identity/oauth2/token"


class ManagedIdentity:
    def __init__(self, tokens: Tokens, identity_header: str) -> None:
        self._tokens = tokens
        self._identity_header = identity_header

    def app(self) -> Starlette:
        return Starlette(routes=[Route(APP_SERVICE_PATH, self.app_service), Route(IMDS_PATH, self.imds)])

    async def app_service(self, request: Request) -> Response:
        given = request.headers.get("x-identity-header", "")
        if not secrets.compare_digest(given.encode(), self._identity_header.encode()):
            body = {"statusCode": 401, "message": "The X-IDENTITY-HEADER is missing or wrong."}
            return JSONResponse(body, 401)
        return self._token(request)

    async def imds(self, request: Request) -> Response:
        if request.headers.get("metadata", "").lower() != "true":
            body = {"error": "invalid_request", "error_description": "Required metadata header not specified"}
            return JSONResponse(body, 400)
        return self._token(request)

    def _token(self, request: Request) -> Response:
        resource = request.query_params.get("resource")
        if not resource:
            body = {"error": "invalid_resource", "error_description": "The parameter 'resource' is missing."}
            return JSONResponse(body, 400)
        token = self._tokens.issue(resource, request.query_params.get("client_id", CLIENT_ID))
        return JSONResponse(
            {
                "access_token": token.value,
                "client_id": token.client_id,
                "expires_in": str(LIFETIME_SECONDS),
                "expires_on": str(token.expires_on),
                "not_before": str(token.expires_on - LIFETIME_SECONDS),
                "resource": token.resource,
                "token_type": "Bearer",
            }
        )
