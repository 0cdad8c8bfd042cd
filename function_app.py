"""The Function App: creates the app and registers the blueprints. Nothing else happens here."""

import azure.durable_functions as df
import azure.functions as func

from triggers.durable import bp as durable
from triggers.http_builds import bp as builds
from triggers.http_health import bp as health
from triggers.http_image_templates import bp as image_templates
from triggers.http_janitor import bp as janitor
from triggers.timer_janitor import bp as janitor_timer

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

for blueprint in (durable, builds, health, image_templates, janitor, janitor_timer):
    app.register_functions(blueprint)
