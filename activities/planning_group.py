"""Plans the staging group: Kiln's own, or one that the template names, by AIB's rules of ownership.

A named group that is absent is made and deleted by the run. One that exists must be empty, in the template's
region and nobody else's; the run deletes what it put there and gives the group its tags back.
"""

from shared.azure.groups import Group, find_group
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.names import staging_group
from shared.domain.plan import StagingGroup
from shared.domain.template import ImageTemplate
from shared.services import Services

TEMPLATE_TAG, GROUP_TAG = "imageTemplateName", "imageTemplateResourceGroupName"


def plan_group(services: Services, template: ImageTemplate, run_id: str) -> StagingGroup:
    name = template.staging_resource_group
    if name is None:
        return StagingGroup(staging_group(template.resource_group, template.name, run_id))
    found = find_group(services.arm.resources, name)
    if found is None:
        return StagingGroup(name)
    problems = list(_problems(template, found))
    if problems:
        message = f"properties.stagingResourceGroup: {name} {'; it '.join(problems)}"
        raise BuildFailed(BuildError("BadStagingResourceGroup", message))
    return StagingGroup(name, adopted=True, tags=found.tags)


def owner_tags(template_name: str, resource_group: str, *, adopted: bool) -> dict[str, str]:
    """AIB's tags: whose the group is, and whether it was there before."""
    return {
        "usedBy" if adopted else "createdBy": "Kiln",
        TEMPLATE_TAG: template_name,
        GROUP_TAG: resource_group,
    }


def _problems(template: ImageTemplate, found: Group) -> list[str]:
    problems = []
    if found.location != template.location:
        problems.append(f"lies in {found.location}, the template in {template.location}")
    if not found.empty:
        problems.append("is not empty")
    owner = (found.tags.get(TEMPLATE_TAG, template.name), found.tags.get(GROUP_TAG, template.resource_group))
    if tuple(part.lower() for part in owner) != (template.name.lower(), template.resource_group.lower()):
        problems.append(f"is used by template {owner[0]} of resource group {owner[1]}")
    return problems
