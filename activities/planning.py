"""Makes the plan of a run: every decision that later activities follow."""

from datetime import timedelta

from activities.buildable import check_buildable
from shared.azure.gallery import Definition, get_definition, list_versions
from shared.azure.sources import resolve
from shared.catalog.claims import Claim
from shared.catalog.documents import RunDocuments
from shared.customizers.registry import steps_of
from shared.distributors.gallery_image_id import GalleryImageId
from shared.distributors.version_number import next_version
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.names import staging_group, started_at
from shared.domain.plan import BuildPlan, GalleryOutput, PlannedStep, ResolvedSource, VhdOutput
from shared.domain.steps import Step
from shared.domain.template import ImageTemplate, SharedImageDistributor, VhdDistributor
from shared.services import Services

DEFAULT_SIZES = {"V1": "Standard_D1_v2", "V2": "Standard_D2ds_v4"}  # AIB's, by source generation
MOST_STEPS = 24  # Azure keeps at most 25 managed Run Commands on a VM; one is for deprovisioning
EXPIRY_MARGIN = timedelta(hours=2)
CLAIM_ATTEMPTS = 50


def make_plan(services: Services, template: ImageTemplate, run_id: str) -> BuildPlan:
    """Resolves and checks everything the run depends on; creates nothing but claims on version numbers."""
    check_buildable(template)
    source = resolve(services.arm.compute, template.source, template.location)
    _check_size(template, source)
    created = started_at(run_id)
    timeout = timedelta(minutes=template.build_timeout_minutes)
    return BuildPlan(
        run_id=run_id,
        template_id=template.id,
        template_name=template.name,
        subscription_id=template.subscription_id,
        location=template.location,
        staging_group=template.staging_resource_group
        or staging_group(template.resource_group, template.name, run_id),
        source=source,
        vm_size=template.vm_profile.vm_size or DEFAULT_SIZES.get(source.generation, DEFAULT_SIZES["V2"]),
        os_disk_gb=template.vm_profile.os_disk_size_gb,
        created_at=created.isoformat(),
        expires_at=(created + timeout + EXPIRY_MARGIN).isoformat(),
        subnet_id=template.vm_profile.subnet_id,
        identities=template.vm_profile.user_assigned_identities,
        tags=template.managed_resource_tags,
        steps=_planned_steps(services.documents, run_id, steps_of(template)),
        galleries=tuple(
            _gallery_output(services, run_id, item, source)
            for item in template.distribute
            if isinstance(item, SharedImageDistributor)
        ),
        vhds=tuple(
            _vhd_output(run_id, item) for item in template.distribute if isinstance(item, VhdDistributor)
        ),
        timeout_seconds=int(timeout.total_seconds()),
    )


def _check_size(template: ImageTemplate, source: ResolvedSource) -> None:
    wanted = template.vm_profile.os_disk_size_gb
    if wanted and wanted < source.os_disk_gb:
        message = f"properties.vmProfile.osDiskSizeGB: {wanted} is less than the source's {source.os_disk_gb}"
        raise BuildFailed(BuildError("ValidationFailed", message))
    if len(template.customize) > MOST_STEPS:
        message = f"properties.customize: at most {MOST_STEPS} customizers run in one build"
        raise BuildFailed(BuildError("ValidationFailed", message))


def _planned_steps(documents: RunDocuments, run_id: str, steps: tuple[Step, ...]) -> tuple[PlannedStep, ...]:
    return tuple(
        PlannedStep(
            index=step.index,
            type=step.type,
            name=step.name,
            script_blob=documents.script_path(run_id, f"{step.index:02d}"),
            artifact_blob=documents.artifact_path(run_id, f"{step.index:02d}") if step.artifact else "",
        )
        for step in steps
    )


def _gallery_output(
    services: Services, run_id: str, item: SharedImageDistributor, source: ResolvedSource
) -> GalleryOutput:
    image = GalleryImageId.parse(item.gallery_image_id)
    definition = get_definition(services.arm.compute, image.definition_id)
    _check_definition(item.run_output_name, definition, source)
    version = image.version or _claim_version(services, run_id, item, image, source)
    return GalleryOutput(
        name=item.run_output_name,
        version_id=f"{image.definition_id}/versions/{version}",
        version=version,
        location=definition.location,
        target_regions=item.target_regions,
        exclude_from_latest=item.exclude_from_latest,
        replication_mode=item.replication_mode,
        tags=item.artifact_tags,
    )


def _check_definition(output: str, definition: Definition, source: ResolvedSource) -> None:
    """The output's generation and architecture are the source's; AIB publishes generalized images only."""
    wanted = {"Linux": definition.os_type, "Generalized": definition.os_state}
    wanted |= {source.generation: definition.generation, source.architecture: definition.architecture}
    wrong = [f"is {found}, the image is {made}" for made, found in wanted.items() if made != found]
    if wrong:
        message = f"the definition of output {output} {'; it '.join(wrong)}"
        raise BuildFailed(BuildError("BadSharedImageDistribute", message))


def _claim_version(
    services: Services,
    run_id: str,
    item: SharedImageDistributor,
    image: GalleryImageId,
    source: ResolvedSource,
) -> str:
    """The next free number; runs that publish to one definition at once each get their own."""
    taken = [version.name for version in list_versions(services.arm.compute, image.definition_id)]
    scope = image.definition_id.lower().replace("/", "|")
    for _ in range(CLAIM_ATTEMPTS):
        try:
            version = next_version(item.versioning, taken, source.version)
        except ValueError as error:
            message = f"output {item.run_output_name}: {error}"
            raise BuildFailed(BuildError("NoVersionNumber", message)) from error
        if services.claims.claim(scope, version, run_id) is not Claim.TAKEN:
            return version
        taken.append(version)
    message = f"no free version number was found for output {item.run_output_name}"
    raise BuildFailed(BuildError("NoVersionNumber", message))


def _vhd_output(run_id: str, item: VhdDistributor) -> VhdOutput:
    metadata = {key.replace("-", "_"): value for key, value in item.artifact_tags.items()}
    path = item.uri or f"vhds/{run_id}/{item.run_output_name}.vhd"
    return VhdOutput(name=item.run_output_name, blob_path=path, metadata=metadata)
