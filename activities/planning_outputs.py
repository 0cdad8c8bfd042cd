"""Plans what a run publishes: checked against the image that it makes, gallery versions numbered."""

from dataclasses import replace

from activities.planning_machines import captured_disk, captured_vm, with_result_image
from shared.azure.gallery import STANDARD, Definition, get_definition, list_versions
from shared.azure.images import image_exists
from shared.catalog.claims import Claim
from shared.distributors.gallery_image_id import GalleryImageId
from shared.distributors.version_number import next_version
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.plan import BuildPlan
from shared.domain.planned_output import GalleryOutput, ImageOutput, VhdOutput
from shared.domain.resolved_source import Origin, OriginKind
from shared.domain.template import (
    ImageTemplate,
    ManagedImageDistributor,
    SharedImageDistributor,
    VhdDistributor,
)
from shared.services import Services

CLAIM_ATTEMPTS = 50
# Gallery definitions whose VMs have a security type that an image of a standard VM does not fit.
UNFIT = frozenset({"TrustedLaunch", "ConfidentialVM"})


def plan_outputs(services: Services, plan: BuildPlan, template: ImageTemplate) -> BuildPlan:
    """The outputs of a build, made from its VM as directly as Azure allows."""
    for item in template.distribute:
        match item:
            case SharedImageDistributor():
                definition = check_definition(services, plan, item)
                if definition.security_type != STANDARD:
                    # Azure takes no VM for these, but an image of one.
                    plan = with_result_image(plan)
                plan = add_gallery(services, plan, item, definition, _origin(plan, definition))
            case ManagedImageDistributor():
                check_managed_image(plan, item)
                check_absent(services, item)
                plan = add_managed_image(plan, item, captured_vm(plan))
            case VhdDistributor():
                plan = add_vhd(plan, item, captured_disk(plan))
    return plan


def _origin(plan: BuildPlan, definition: Definition) -> Origin:
    if definition.security_type != STANDARD and plan.result_image is not None:
        return Origin(OriginKind.IMAGE, plan.result_image.id)
    return captured_vm(plan)


def check_definition(services: Services, plan: BuildPlan, item: SharedImageDistributor) -> Definition:
    """The output's generation, architecture and security type are the source's."""
    image = GalleryImageId.parse(item.gallery_image_id)
    definition = get_definition(services.arm.compute, image.definition_id)
    source = plan.source
    pairs = (
        (source.os_type, definition.os_type),
        (plan.os_state.value, definition.os_state),
        (source.generation, definition.generation),
        (source.architecture, definition.architecture),
    )
    wrong = [f"is {found}, the image is {made}" for made, found in pairs if made != found]
    if definition.security_type in UNFIT:
        wrong.append(f"has the security type {definition.security_type}, which needs a VM of that type")
    elif definition.security_type not in (STANDARD, source.security_type):
        wrong.append(f"is {definition.security_type}, the source is {source.security_type}")
    if wrong:
        message = f"the definition of output {item.run_output_name} {'; it '.join(wrong)}"
        raise BuildFailed(BuildError("BadSharedImageDistribute", message))
    return definition


def check_managed_image(plan: BuildPlan, item: ManagedImageDistributor) -> None:
    """Azure's limits of managed images; those that need no source are refused when the template is read."""
    wrong = []
    if plan.source.architecture != "x64":
        wrong.append(f"cannot hold an image for {plan.source.architecture}")
    if not plan.generalizes:
        wrong.append("cannot hold a specialized image")
    if item.location != plan.location:
        wrong.append(f"must be in the region of its build, {plan.location}, not in {item.location}")
    if wrong:
        message = f"the managed image of output {item.run_output_name} {'; it '.join(wrong)}"
        raise BuildFailed(BuildError("BadManagedImageDistribute", message))


def add_gallery(
    services: Services, plan: BuildPlan, item: SharedImageDistributor, definition: Definition, origin: Origin
) -> BuildPlan:
    image = GalleryImageId.parse(item.gallery_image_id)
    version = _claim_exactly(services, plan, item, image) or _claim_version(services, plan, item, image)
    output = GalleryOutput(
        name=item.run_output_name,
        version_id=f"{image.definition_id}/versions/{version}",
        version=version,
        location=definition.location,
        target_regions=item.target_regions,
        exclude_from_latest=item.exclude_from_latest,
        replication_mode=item.replication_mode,
        origin=origin,
        end_of_life=item.end_of_life_date,
        tags=item.artifact_tags,
    )
    return replace(plan, galleries=(*plan.galleries, output))


def add_managed_image(plan: BuildPlan, item: ManagedImageDistributor, origin: Origin) -> BuildPlan:
    output = ImageOutput(item.run_output_name, item.image_id, origin, item.artifact_tags)
    return replace(plan, images=(*plan.images, output))


def add_vhd(plan: BuildPlan, item: VhdDistributor, disk: Origin) -> BuildPlan:
    """A VHD is copied from a snapshot of `disk`, which all VHDs of a run share."""
    metadata = {key.replace("-", "_"): value for key, value in item.artifact_tags.items()}
    path = item.uri or f"vhds/{plan.run_id}/{item.run_output_name}.vhd"
    output = VhdOutput(name=item.run_output_name, blob_path=path, metadata=metadata)
    return replace(plan, vhds=(*plan.vhds, output), snapshot_of=disk)


def check_absent(services: Services, item: ManagedImageDistributor) -> None:
    """An image that is there already is not this run's: a run that fails deletes what it had begun."""
    if image_exists(services.arm.compute, item.image_id):
        message = f"the managed image of output {item.run_output_name} exists already: {item.image_id}"
        raise BuildFailed(BuildError("OutputExists", message))


def _claim_exactly(
    services: Services, plan: BuildPlan, item: SharedImageDistributor, image: GalleryImageId
) -> str:
    """The template's own number, empty when it has none; a version that is there cannot be made again."""
    if not image.version:
        return ""
    taken = {version.name for version in list_versions(services.arm.compute, image.definition_id)}
    scope = image.definition_id.lower().replace("/", "|")
    if image.version in taken or not _claim_or_inherit(services, scope, image.version, plan.run_id):
        message = f"version {image.version} of output {item.run_output_name} exists already"
        raise BuildFailed(BuildError("OutputExists", message))
    return image.version


def _claim_or_inherit(services: Services, scope: str, version: str, run_id: str) -> bool:
    """A number that a run claimed and did not publish is free when that run is over."""
    if services.claims.claim(scope, version, run_id) is not Claim.TAKEN:
        return True
    former = services.claims.owner(scope, version)
    run = services.runs.get(former)
    ended = run is not None and run.ended
    return ended and services.claims.take_over(scope, version, former, run_id)


def _claim_version(
    services: Services, plan: BuildPlan, item: SharedImageDistributor, image: GalleryImageId
) -> str:
    """The next free number; runs that publish to one definition at once each get their own."""
    taken = [version.name for version in list_versions(services.arm.compute, image.definition_id)]
    scope = image.definition_id.lower().replace("/", "|")
    for _ in range(CLAIM_ATTEMPTS):
        try:
            version = next_version(item.versioning, taken, plan.source.version)
        except ValueError as error:
            message = f"output {item.run_output_name}: {error}"
            raise BuildFailed(BuildError("NoVersionNumber", message)) from error
        if services.claims.claim(scope, version, plan.run_id) is not Claim.TAKEN:
            return version
        taken.append(version)
    message = f"no free version number was found for output {item.run_output_name}"
    raise BuildFailed(BuildError("NoVersionNumber", message))
