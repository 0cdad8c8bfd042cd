"""Whether the app is up: the one route without a key."""

import azure.durable_functions as df
import azure.functions as func

from triggers.answers import answer

bp = df.Blueprint()


@bp.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the binding needs the parameter
    """200 as soon as the app is loaded; reaches for nothing else."""
    return answer({"status": "ok"})
