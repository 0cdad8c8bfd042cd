"""`/metadata/endpoints`: what `az cloud register` reads to learn a cloud's addresses."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.cloud.json_types import Json
from local.cloud.settings import CloudSettings

OBJECT_SINCE = "2022-09-01"  # from this api-version one object, before it a list of clouds


class Metadata:
    def __init__(self, settings: CloudSettings) -> None:
        self._settings = settings

    async def endpoints(self, request: Request) -> Response:
        document = self.document()
        version = request.query_params.get("api-version", OBJECT_SINCE)
        return JSONResponse(document if version >= OBJECT_SINCE else [document])

    def document(self) -> Json:
        arm = self._settings.arm
        return {
            "name": "KilnLocal",
            "portal": f"{arm}/portal",
            "resourceManager": f"{arm}/",
            "authentication": {
                "loginEndpoint": arm,
                "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "graph": f"{arm}/graph",
            "graphAudience": f"{arm}/graph",
            "microsoftGraphResourceId": f"{arm}/graph/",
            "batch": arm,
            "media": arm,
            "sqlManagement": arm,
            "gallery": f"{arm}/gallery",
            "vmImageAliasDoc": f"{arm}/aliases.json",
            "suffixes": {
                "storage": "localhost",
                "keyVaultDns": "vault.localhost",
                "acrLoginServer": "localhost",
            },
        }
