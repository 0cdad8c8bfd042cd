"""What stands for login.microsoftonline.com: discovery documents, keys, and the client credentials grant."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.cloud.identity.tokens import LIFETIME_SECONDS, Tokens
from local.cloud.settings import CloudSettings

ANY_TENANT = ("common", "organizations")


class Authority:
    """Any client id may sign in; its secret is the identity header of the managed identity endpoint."""

    def __init__(self, settings: CloudSettings, tokens: Tokens, secret: str) -> None:
        self._settings = settings
        self._tokens = tokens
        self._secret = secret

    def routes(self) -> list[Route]:
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.configuration),
            Route("/{tenant}/.well-known/openid-configuration", self.configuration),
            Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"]),
            Route("/{tenant}/discovery/v2.0/keys", self.keys),
            Route("/common/discovery/instance", self.instance),
        ]

    async def configuration(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        tenant = self._settings.tenant_id if tenant in ANY_TENANT else tenant
        base = f"{self._settings.arm}/{tenant}"
        return JSONResponse(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_types_supported": ["code", "id_token", "token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def token(self, request: Request) -> Response:
        # The body is url-encoded (RFC 6749); Starlette's own reader would need another library for it.
        form = dict(parse_qsl((await request.body()).decode()))
        grant, secret = form.get("grant_type", ""), form.get("client_secret", "")
        if grant != "client_credentials":
            return _refused("unsupported_grant_type", f"AADSTS70003: unsupported grant type '{grant}'.", 400)
        if not secrets.compare_digest(secret.encode(), self._secret.encode()):
            return _refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401)
        scope = form.get("scope", "").split(" ")[0]
        token = self._tokens.issue(scope.removesuffix("/.default"), form.get("client_id", ""))
        lifetime = {"expires_in": LIFETIME_SECONDS, "ext_expires_in": LIFETIME_SECONDS}
        return JSONResponse({"token_type": "Bearer", **lifetime, "access_token": token.value})

    async def keys(self, request: Request) -> Response:
        del request
        return JSONResponse(self._tokens.key_set())

    async def instance(self, request: Request) -> Response:
        del request
        host = self._settings.arm.removeprefix("https://")
        discovery = f"{self._settings.arm}/{self._settings.tenant_id}/v2.0/.well-known/openid-configuration"
        alias = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        return JSONResponse(
            {"tenant_discovery_endpoint": discovery, "api-version": "1.1", "metadata": [alias]}
        )


def _refused(error: str, description: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
