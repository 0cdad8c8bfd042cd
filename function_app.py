"""The Function App: creates the app and registers the blueprints. Nothing else happens here."""

import azure.durable_functions as df
import azure.functions as func

from shared.access.settings import uses_entra
from triggers.blueprints import blueprints

# With Entra, triggers/authorise.py asks for tokens; otherwise the host asks for keys.
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS if uses_entra() else func.AuthLevel.FUNCTION)

for blueprint in blueprints():
    app.register_functions(blueprint)
