"""The one place that registers orchestrations and activities, which stay plain functions elsewhere."""

from collections.abc import Callable
from typing import Any

import azure.durable_functions as df

from activities import (
    capture,
    cleanup,
    janitor,
    layers,
    lifecycle,
    lineage,
    patching,
    provision,
    replicate,
    stage,
    staged_images,
    steps,
    submit,
    watch,
)
from activities.replies import hosted
from orchestrators.abandon_run import abandon_run
from orchestrators.apply_lifecycle import apply_lifecycle
from orchestrators.await_operation import await_operation
from orchestrators.build_image import build_image
from orchestrators.clean_up import clean_up
from orchestrators.janitor import janitor as janitor_orchestration
from orchestrators.patch_cycle import patch_cycle
from orchestrators.patch_template import patch_template
from orchestrators.prepare_template import prepare_template
from orchestrators.publish_managed_image import publish_managed_image
from orchestrators.publish_shared_image import publish_shared_image
from orchestrators.publish_vhd import publish_vhd
from orchestrators.rebuild_dependents import rebuild_dependents
from orchestrators.rebuild_template import rebuild_template
from orchestrators.region_quota import await_turn, region_quota
from orchestrators.remove_leftover import remove_leftover
from orchestrators.repeat_activity import repeat_activity
from orchestrators.revoke_images import revoke_images
from orchestrators.watch_sources import watch_sources

bp = df.Blueprint()

ORCHESTRATIONS: tuple[Callable[..., Any], ...] = (
    build_image,
    clean_up,
    await_operation,
    repeat_activity,
    await_turn,
    publish_shared_image,
    publish_managed_image,
    publish_vhd,
    prepare_template,
    rebuild_dependents,
    rebuild_template,
    watch_sources,
    patch_cycle,
    patch_template,
    apply_lifecycle,
    revoke_images,
    janitor_orchestration,
    remove_leftover,
    abandon_run,
)
ACTIVITIES: tuple[Callable[..., Any], ...] = (
    stage.open_run,
    stage.plan_build,
    stage.create_staging_group,
    stage.stage_scripts,
    stage.stage_artifact,
    layers.choose_layer,
    layers.leave_layer,
    layers.delete_layer_disk,
    layers.keep_layer,
    layers.find_stale_layers,
    provision.region_share,
    provision.create_network_security_group,
    provision.create_public_ip,
    provision.create_nat_gateway,
    provision.create_virtual_network,
    provision.create_network_interface,
    provision.create_vm,
    staged_images.create_staged_image,
    staged_images.create_staged_disk,
    staged_images.create_staged_gallery,
    staged_images.create_staged_definition,
    staged_images.create_staged_version,
    steps.start_step,
    steps.restart_step_vm,
    steps.forget_step,
    capture.start_deprovision,
    capture.deallocate_vm,
    capture.generalize_vm,
    capture.create_snapshot,
    replicate.publish_gallery_version,
    replicate.create_managed_image,
    replicate.open_snapshot,
    replicate.copy_vhd,
    replicate.check_vhd,
    replicate.close_snapshot,
    cleanup.delete_staging_group,
    cleanup.delete_staged_resource,
    cleanup.release_staging_group,
    cleanup.delete_scripts,
    cleanup.delete_gallery_version,
    cleanup.delete_managed_image,
    cleanup.delete_vhd,
    janitor.find_leftovers,
    janitor.release_leftover,
    janitor.delete_leftover,
    janitor.unpublished_outputs,
    janitor.tidy_catalog,
    lineage.record_image,
    lineage.announce,
    lineage.find_dependents,
    lineage.claim_rebuild,
    lineage.settle_rebuild,
    lineage.find_followed_sources,
    lineage.find_newest_version,
    lifecycle.plan_lifecycle_steps,
    lifecycle.start_lifecycle_step,
    lifecycle.record_lifecycle_step,
    lifecycle.save_lifecycle_report,
    lifecycle.start_revoke,
    lifecycle.record_revoke,
    patching.plan_cycle,
    patching.next_opening,
    patching.claim_patch,
    patching.save_cycle,
    submit.check_template,
    submit.finish_template,
    watch.poll_operation,
    watch.poll_stoppable,
    watch.record_events,
)

for orchestration in ORCHESTRATIONS:
    # The name must be "context": the SDK registers its own handle(context).
    bp.orchestration_trigger(context_name="context")(orchestration)
bp.entity_trigger(context_name="context")(region_quota)
for activity in ACTIVITIES:
    bp.activity_trigger(input_name="payload")(hosted(activity))
