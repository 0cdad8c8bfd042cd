"""Writes a template as AIB's JSON, in the newest api-version."""

from shared.customizers.registry import customizer_to_json
from shared.distributors.registry import distributor_to_json
from shared.domain.template import ImageTemplate
from shared.reading.json_value import JsonObject, string_map, without_empty
from shared.reading.report import KILN_API_VERSION
from shared.template.build_options import (
    auto_run_to_json,
    data_disks_to_json,
    error_handling_to_json,
    optimization_to_json,
)
from shared.template.os_state import os_state_to_json
from shared.template.own_additions import uses_own_additions
from shared.template.sources import source_to_json
from shared.template.validation import validation_to_json
from shared.template.vm_profile import vm_profile_to_json


def template_to_json(template: ImageTemplate) -> JsonObject:
    """The body that `parse_template` reads as the same template; defaults that say nothing are left out.

    It names an api-version only where it needs Kiln's.
    """
    own: JsonObject = {"apiVersion": KILN_API_VERSION} if uses_own_additions(template) else {}
    return {
        **own,
        "location": template.location,
        **without_empty({"tags": string_map(template.tags), "identity": _identity(template.identity_id)}),
        "properties": _properties(template),
    }


def _properties(template: ImageTemplate) -> JsonObject:
    return {
        "source": source_to_json(template.source),
        "customize": [customizer_to_json(customizer) for customizer in template.customize],
        "distribute": [distributor_to_json(distributor) for distributor in template.distribute],
        "buildTimeoutInMinutes": template.build_timeout_minutes,
        **os_state_to_json(template.os_state),
        **without_empty(
            {
                "validate": validation_to_json(template.validation),
                "optimize": optimization_to_json(template.optimization),
                "errorHandling": error_handling_to_json(template.error_handling),
                "autoRun": auto_run_to_json(template.auto_run),
                "additionalDataDisks": data_disks_to_json(template.data_disks_gb),
                "vmProfile": vm_profile_to_json(template.vm_profile),
                "stagingResourceGroup": _staging_group_id(template),
                "managedResourceTags": string_map(template.managed_resource_tags),
            }
        ),
    }


def _staging_group_id(template: ImageTemplate) -> str | None:
    group = template.staging_resource_group
    return group and f"/subscriptions/{template.subscription_id}/resourceGroups/{group}"


def _identity(identity_id: str | None) -> JsonObject:
    if identity_id is None:
        return {}
    return {"type": "UserAssigned", "userAssignedIdentities": {identity_id: {}}}
