"""Every way in, in one list: what the app registers."""

import azure.durable_functions as df

from shared.settings import has_bus
from triggers.durable import bp as durable
from triggers.http_approvals import bp as approvals
from triggers.http_builds import bp as builds
from triggers.http_going_on import bp as going_on
from triggers.http_health import bp as health
from triggers.http_image_templates import bp as image_templates
from triggers.http_images import bp as images
from triggers.http_janitor import bp as janitor
from triggers.http_lifecycle import bp as lifecycle
from triggers.http_openapi import bp as openapi
from triggers.http_patching import bp as patching
from triggers.http_policies import bp as policies
from triggers.http_templates import bp as templates
from triggers.servicebus_build_requests import bp as build_requests
from triggers.servicebus_image_events import bp as image_events
from triggers.timer_janitor import bp as janitor_timer
from triggers.timer_lifecycle import bp as lifecycle_timer
from triggers.timer_outbox import bp as outbox_timer
from triggers.timer_patching import bp as patching_timer
from triggers.timer_watch import bp as watch_timer

BUILDS = (approvals, builds, going_on, image_templates, templates)
OTHERS = (health, images, janitor, lifecycle, openapi, patching, policies)
TIMERS = (janitor_timer, lifecycle_timer, patching_timer, watch_timer)
BUS = (build_requests, image_events, outbox_timer)


def blueprints() -> tuple[df.Blueprint, ...]:
    """All of them, without those of a Service Bus where there is none to listen to."""
    return (durable, *BUILDS, *OTHERS, *TIMERS, *(BUS if has_bus() else ()))
