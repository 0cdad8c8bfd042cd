"""Writes a template as AIB's JSON, in the newest api-version."""

from shared.customizers.registry import customizer_to_json
from shared.distributors.registry import distributor_to_json
from shared.domain.template import ImageTemplate, VmProfile
from shared.reading.json_value import JsonObject, string_map, without_empty
from shared.template.sources import source_to_json


def template_to_json(template: ImageTemplate) -> JsonObject:
    """The body that `parse_template` reads as the same template; defaults that say nothing are left out."""
    return {
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
        **without_empty(
            {
                "vmProfile": _vm_profile(template.vm_profile),
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


def _vm_profile(profile: VmProfile) -> JsonObject:
    return without_empty(
        {
            "vmSize": profile.vm_size,
            "osDiskSizeGB": profile.os_disk_size_gb or None,
            "userAssignedIdentities": list(profile.user_assigned_identities),
            "vnetConfig": without_empty({"subnetId": profile.subnet_id}),
        }
    )
