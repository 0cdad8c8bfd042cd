"""Image templates inside ARM deployment templates, which is how most of them are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from arm_templates import Deployment, Resource, TemplateError, expand_template
from arm_templates.values import Json as ArmJson
from cli.errors import UsageError
from cli.json_types import Json
from cli.local.environment import LOCATION
from shared.domain.problems import InvalidTemplateError, Problem

IMAGE_TEMPLATE = "microsoft.virtualmachineimages/imagetemplates"


@dataclass(frozen=True)
class Found:
    """A bare image template; `path` is where the deployment template declares it."""

    name: str
    path: str
    document: Json


def find_image_template(
    document: ArmJson,
    parameters: Mapping[str, ArmJson],
    subscription_id: str,
    resource_group: str,
    name: str | None,
) -> Found:
    """The image template called `name`, or the only one.

    Raises InvalidTemplateError with the deployment template's faults, UsageError when `name` must decide.
    """
    deployment = Deployment(subscription_id, resource_group, LOCATION)
    try:
        expanded = expand_template(document, parameters, deployment)
    except TemplateError as error:
        problems = tuple(Problem(fault.path, fault.message, "InvalidTemplate") for fault in error.faults)
        raise InvalidTemplateError(problems) from error
    images = [each for each in expanded.resources if each.type.lower() == IMAGE_TEMPLATE]
    return _bare(_chosen(images, name))


def _chosen(images: list[Resource], name: str | None) -> Resource:
    if not images:
        problem = Problem(
            "resources", "holds no Microsoft.VirtualMachineImages/imageTemplates", "InvalidTemplate"
        )
        raise InvalidTemplateError((problem,))
    called = [each for each in images if name is None or each.name.lower() == name.lower()]
    if len(called) == 1:
        return called[0]
    if len(images) == 1:
        return images[0]
    names = ", ".join(each.name for each in images)
    raise UsageError(f"the file holds several image templates: choose one with --name: {names}")


def _bare(image: Resource) -> Found:
    head: Json = {"type": image.type, "apiVersion": image.api_version}
    return Found(image.name, image.path, {**head, **image.body})
