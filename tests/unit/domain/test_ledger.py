"""The ledger names everything a plan may make, what uses others first."""

from shared.domain.ledger import resources_of
from shared.domain.plan import BuildPlan, StagingGroup
from shared.domain.planned_vm import PlannedVm, Role, StagedImage, StagedKind
from shared.domain.resolved_source import Origin, OriginKind, ResolvedSource

ORIGIN = Origin(OriginKind.BLOB, "https://a/b.vhd")


def plan(**changes: object) -> BuildPlan:
    fields: dict[str, object] = {
        "run_id": "web-20261121T120000-abcdef",
        "template_id": "/t",
        "template_name": "web",
        "subscription_id": "s",
        "location": "westeurope",
        "group": StagingGroup("g"),
        "source": ResolvedSource("1.0.0", "V2", "x64", 30),
        "vm_size": "",
        "os_disk_gb": 0,
        "created_at": "",
        "expires_at": "",
        **changes,
    }
    return BuildPlan(**fields)  # type: ignore[arg-type]


def types(built: BuildPlan) -> list[str]:
    return [kind.rpartition("/")[2] for kind, _ in resources_of(built)]


def test_a_vm_goes_before_its_network() -> None:
    build = PlannedVm(Role.BUILD, "vm", "nic", "os")
    made = types(plan(vms=(build,), snapshot_of=Origin(OriginKind.DISK, "/d")))
    assert made == [
        "virtualMachines",
        "snapshots",
        "networkInterfaces",
        "disks",
        "virtualNetworks",
        "natGateways",
        "publicIPAddresses",
        "networkSecurityGroups",
    ]


def test_a_subnet_of_ones_own_leaves_no_network() -> None:
    build = PlannedVm(Role.BUILD, "vm", "nic", "os")
    assert types(plan(vms=(build,), subnet_id="/subnet")) == ["virtualMachines", "networkInterfaces", "disks"]


def test_a_staged_gallery_is_emptied_from_the_inside() -> None:
    gallery = "/subscriptions/s/galleries/g"
    staged = StagedImage(StagedKind.GALLERY_VERSION, "g", f"{gallery}/images/image/versions/1.0.0", ORIGIN)
    found = resources_of(plan(source_image=staged))
    assert [each for _, each in found] == [staged.id, f"{gallery}/images/image", gallery]


def test_an_attached_disk_is_named_once() -> None:
    staged = StagedImage(StagedKind.DISK, "src", "/disks/src", ORIGIN)
    build = PlannedVm(Role.BUILD, "vm", "nic", "os", disk_id=staged.id)
    assert types(plan(vms=(build,), source_image=staged, subnet_id="/s")) == [
        "virtualMachines",
        "disks",
        "networkInterfaces",
    ]
