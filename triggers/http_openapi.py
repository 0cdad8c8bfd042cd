"""The description of Kiln's own API."""

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.openapi.document import openapi_document
from triggers.answers import answer, guarded

bp = df.Blueprint()


@bp.route("openapi.json", methods=["GET"])
@guarded(Role.READER)
def get_openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the binding needs the parameter
    """200 with the OpenAPI 3.1 document."""
    return answer(openapi_document())
