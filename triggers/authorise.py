"""Who may call, and who calls: the one place that every request to the AIB API passes."""

import azure.functions as func

from shared.image_templates.request import Caller


def authorise(req: func.HttpRequest) -> Caller:
    """The caller as Azure Resource Manager passes them on; the Functions key was checked by the host.

    The headers are those of Azure's resource provider contract ("Proxied request headers"). Whoever holds the
    key is believed, because Resource Manager has verified the caller's token before it forwards.
    """
    name = req.headers.get("x-ms-client-principal-name", "")
    if name:
        return Caller(name, "User")
    identifier = req.headers.get("x-ms-client-app-id", "") or req.headers.get("x-ms-client-object-id", "")
    return Caller(identifier, "Application" if identifier else "")
