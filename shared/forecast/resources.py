"""What a run of a template would create, as far as the template alone tells.

A run's names carry its id, so they hold `<run>`, `<hash>` and `<guid>` where the run's own parts will be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.distributors.gallery_image_id import GalleryImageId
from shared.domain.janitor import EXPIRES_TAG, RUN_TAG
from shared.domain.layers import CACHE_TAG, MOST_STEPS, cacheable
from shared.domain.names import RunNames
from shared.domain.planned_vm import Role
from shared.domain.template import (
    Cache,
    Distributor,
    ImageTemplate,
    ManagedImageDistributor,
    SharedImageDistributor,
    VhdDistributor,
)

NAMES = (
    "<run> is the run's id, <hash> the first ten hex digits of its SHA-256, <guid> a GUID derived from it. "
    "Versions and sizes that depend on the source are settled when the run is staged."
)
HASH = "<hash>"
_ANY = RunNames("any")


@dataclass(frozen=True)
class PlannedResource:
    """`kept` is what stays when the run has ended; `when` the condition under which it is made."""

    type: str
    name: str
    resource_group: str = ""
    location: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    kept: bool = False
    when: str = ""


def planned_resources(template: ImageTemplate, layers_group: str = "") -> tuple[PlannedResource, ...]:
    """The staging group and what lies in it, layers, then the outputs. Layers are kept in `layers_group`."""
    group = template.staging_resource_group or f"IT_{template.resource_group}_{template.name}_<guid>"
    tags = {
        **template.managed_resource_tags,
        RUN_TAG: "<run>",
        "kiln-template": template.name,
        EXPIRES_TAG: "<when the run must have ended>",
    }
    staged = [
        PlannedResource(type_, name, group, template.location, tags, when=when)
        for type_, name, when in _staged(template)
    ]
    when = "the group does not exist" if template.staging_resource_group else ""
    own = PlannedResource("Microsoft.Resources/resourceGroups", group, "", template.location, tags, when=when)
    layers = _layers(template, layers_group) if layers_group else ()
    return (own, *staged, *layers, *(_output(template, item) for item in template.distribute))


def _staged(template: ImageTemplate) -> Iterator[tuple[str, str, str]]:
    """Type, name and condition of each thing in the staging group."""
    if template.vm_profile.subnet_id is None:
        for kind, label in (
            ("networkSecurityGroups", "nsg"),
            ("publicIPAddresses", "ip"),
            ("natGateways", "nat"),
            ("virtualNetworks", "vnet"),
        ):
            yield f"Microsoft.Network/{kind}", _name(label), ""
    yield from _machine(Role.BUILD)
    validation = template.validation
    if validation and validation.validators and not validation.source_validation_only:
        yield from _machine(Role.VALIDATION)
    if any(isinstance(item, VhdDistributor) for item in template.distribute):
        yield "Microsoft.Compute/snapshots", _name("snap"), ""


def _layers(template: ImageTemplate, group: str) -> Iterator[PlannedResource]:
    if template.tags.get(CACHE_TAG) == "off":
        return
    marks = [customizer.cache for customizer in template.customize]
    for index in range(min(cacheable(marks), MOST_STEPS)):
        if marks[index] is Cache.ON:
            yield PlannedResource(
                "Microsoft.Compute/snapshots",
                _ANY.layer(template.name, index + 1).replace(_ANY.short, HASH),
                group,
                template.location,
                kept=True,
                when="customizers of a Linux image run so far, and the image is generalized (docs/layers.md)",
            )


def _machine(role: Role) -> Iterator[tuple[str, str, str]]:
    yield "Microsoft.Network/networkInterfaces", _name("nic", role), ""
    yield "Microsoft.Compute/virtualMachines", _ANY.vm(role).replace(_ANY.short, HASH), ""
    yield "Microsoft.Compute/disks", _name("os", role), ""


def _name(kind: str, role: Role = Role.BUILD) -> str:
    return _ANY.of(kind, role).replace(_ANY.short, HASH)


def _output(template: ImageTemplate, item: Distributor) -> PlannedResource:
    tags = item.artifact_tags
    match item:
        case SharedImageDistributor():
            image = GalleryImageId.parse(item.gallery_image_id)
            name = f"{image.gallery}/{image.image}/{image.version or '<next version>'}"
            kind = "Microsoft.Compute/galleries/images/versions"
            return PlannedResource(kind, name, image.resource_group, template.location, tags, kept=True)
        case ManagedImageDistributor():
            parts = item.image_id.split("/")
            return PlannedResource(
                "Microsoft.Compute/images", parts[-1], parts[4], item.location, tags, kept=True
            )
        case VhdDistributor():
            path = item.uri or f"vhds/<run>/{item.run_output_name}.vhd"
            return PlannedResource(
                "Microsoft.Storage/storageAccounts/blobServices/blobs", path, tags=tags, kept=True
            )
