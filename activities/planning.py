"""Makes the plan of a run: every decision that later activities and the orchestration follow."""

from dataclasses import replace
from datetime import timedelta

from activities.planning_again import find_kept, plan_redistribution, published_source, resume_plan
from activities.planning_group import plan_group
from activities.planning_layers import plan_layers
from activities.planning_machines import plan_machines
from activities.planning_outputs import plan_outputs
from activities.planning_steps import plan_steps
from shared.azure.sources import resolve
from shared.azure.storage_accounts import find_account
from shared.catalog.documents import StoredRequest
from shared.domain.approval import HOURS_TAG, MOST_HOURS, hours_of
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.names import started_at
from shared.domain.plan import BuildPlan
from shared.domain.resolved_source import OriginKind, ResolvedSource
from shared.domain.run import Stage
from shared.domain.template import ImageTemplate, OsState
from shared.services import Services

# AIB's, by generation of the source; it has none for Arm64, on which neither of the two starts.
DEFAULT_SIZES = {"V1": "Standard_D1_v2", "V2": "Standard_D2ds_v4"}
ARM_SIZE = "Standard_D2ps_v5"
EXPIRY_MARGIN = timedelta(hours=2)
BUILDING = (Stage.CUSTOMIZE, Stage.CAPTURE, Stage.REPLICATE)
SPECIALIZED_NOTE = (
    "The image is specialized: its VMs keep its host name, accounts, SSH host keys and machine-id. "
    "Make them unique on each VM, and join it to a domain or to management only then."
)


def make_plan(services: Services, request: StoredRequest, template: ImageTemplate, run_id: str) -> BuildPlan:
    """Resolves and checks everything the run depends on; creates nothing but claims on names."""
    if request.redistribute_of:
        source = _with_account(services, template, published_source(services, template, request))
        return plan_redistribution(services, plan_run(services, template, run_id, source), template)
    kept = find_kept(services, request.retry_of, run_id) if request.retry_of else None
    if kept is not None:
        created, expires = _times(template, run_id)
        return resume_plan(
            services, kept, replace(kept, run_id=run_id, created_at=created, expires_at=expires)
        )
    return _build_plan(services, request, template, run_id)


def _build_plan(
    services: Services, request: StoredRequest, template: ImageTemplate, run_id: str
) -> BuildPlan:
    source = resolve(services.arm.compute, template.source, template.location)
    source = _with_account(services, template, source)
    _check(template, source)
    plan = plan_run(services, template, run_id, source)
    plan = replace(plan, stages=_stages(template))
    plan = plan_steps(services.documents, plan, template)
    plan = plan_machines(plan, template)
    plan = plan_layers(plan, template, services.settings.layers.days, bypasses=not request.cache)
    return plan_outputs(services, plan, template) if Stage.REPLICATE in plan.stages else plan


def plan_run(services: Services, template: ImageTemplate, run_id: str, source: ResolvedSource) -> BuildPlan:
    """What any run has, before it is known what it does."""
    created, expires = _times(template, run_id)
    specialized = template.os_state is OsState.SPECIALIZED
    return BuildPlan(
        run_id=run_id,
        template_id=template.id,
        template_name=template.name,
        subscription_id=template.subscription_id,
        location=template.location,
        group=plan_group(services, template, run_id),
        source=source,
        vm_size=template.vm_profile.vm_size or _default_size(source),
        os_disk_gb=template.vm_profile.os_disk_size_gb,
        created_at=created,
        expires_at=expires,
        os_state=template.os_state,
        subnet_id=template.vm_profile.subnet_id,
        identities=template.vm_profile.user_assigned_identities,
        tags=template.managed_resource_tags,
        timeout_seconds=template.build_timeout_minutes * 60,
        notes=(SPECIALIZED_NOTE,) if specialized else (),
        approval_hours=_approval_hours(template),
    )


def _times(template: ImageTemplate, run_id: str) -> tuple[str, str]:
    """When the run began, and after when anything that it left may be deleted."""
    created = started_at(run_id)
    longest = timedelta(minutes=template.build_timeout_minutes, hours=_approval_hours(template))
    return created.isoformat(), (created + longest + EXPIRY_MARGIN).isoformat()


def _with_account(services: Services, template: ImageTemplate, source: ResolvedSource) -> ResolvedSource:
    """Azure imports a blob only together with the ARM id of its account."""
    if source.disk is None or source.disk.kind is not OriginKind.BLOB:
        return source
    group = f"/subscriptions/{template.subscription_id}/resourceGroups/{services.settings.resource_group}"
    account = find_account(services.arm.resources, source.disk.reference, group)
    return replace(source, disk=replace(source.disk, account_id=account))


def _approval_hours(template: ImageTemplate) -> int:
    hours = hours_of(template.tags)
    if hours is None:
        message = f"tags.{HOURS_TAG}: must be a number of hours from 1 to {MOST_HOURS}"
        raise BuildFailed(BuildError("ValidationFailed", message))
    return hours


def _default_size(source: ResolvedSource) -> str:
    if source.architecture == "Arm64":
        return ARM_SIZE
    return DEFAULT_SIZES.get(source.generation, DEFAULT_SIZES["V2"])


def _stages(template: ImageTemplate) -> tuple[Stage, ...]:
    """A run that only validates its source captures and publishes nothing (docs/adr)."""
    validation = template.validation
    skipped = set() if validation and validation.validators else {Stage.VALIDATE}
    if validation and validation.source_validation_only:
        skipped.update(BUILDING)
    return tuple(stage for stage in Stage if stage not in skipped)


def _check(template: ImageTemplate, source: ResolvedSource) -> None:
    wanted = template.vm_profile.os_disk_size_gb
    if wanted and wanted < source.os_disk_gb:
        message = f"properties.vmProfile.osDiskSizeGB: {wanted} is less than the source's {source.os_disk_gb}"
        raise BuildFailed(BuildError("ValidationFailed", message))
