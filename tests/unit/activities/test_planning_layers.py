"""When there are layers, what a key is made of, and what a snapshot that holds one is tagged with."""

from dataclasses import replace
from typing import Any

import pytest
from azure.mgmt.compute.models import CreationData, Snapshot, SnapshotProperties

from activities.planning_layers import layer_chain, plan_layers
from activities.staged import staged_build
from shared.azure.layers import list_layers, put_layer
from shared.catalog.documents import RunDocuments
from shared.customizers.registry import steps_of
from shared.domain.errors import BuildFailed
from shared.domain.layers import Layer, LayerChain
from shared.domain.plan import BuildPlan, PlannedStep, StagingGroup
from shared.domain.planned_vm import PlannedVm, Role
from shared.domain.resolved_source import Origin, OriginKind, ResolvedSource
from shared.domain.run import Phase, Stage
from shared.domain.template import (
    Cache,
    FileCustomizer,
    ImageTemplate,
    OsState,
    PlatformImageSource,
    ScriptOptions,
    ShellCustomizer,
    VhdDistributor,
)

SECRET = "https://vault.vault.azure.net/secrets/token"
SHELL = ShellCustomizer("install", inline=("true",))
FILE = FileCustomizer("page", "https://example.org/page?sig=x", "/etc/page")


def template(*customize: Any, **changes: Any) -> ImageTemplate:
    source = PlatformImageSource("Debian", "debian-12", "12-gen2", "latest")
    given = {"customize": customize or (SHELL, FILE), **changes}
    return ImageTemplate("s", "g", "web", "westeurope", source, (VhdDistributor("vhd"),), **given)


def plan(of: ImageTemplate, **changes: Any) -> BuildPlan:
    source = ResolvedSource("1.0", "V2", "x64", 30, publisher="Debian", offer="debian-12", sku="12-gen2")
    steps = tuple(
        PlannedStep(Phase.CUSTOMIZE, step.index, step.type, step.name, "blob", cache=step.cache)
        for step in steps_of(of)
    )
    given = {"source": source, "steps": steps, "vms": (PlannedVm(Role.BUILD, "vm", "nic", "os"),), **changes}
    made = BuildPlan(
        run_id="web-20261121T120000-abcdef",
        template_id=of.id,
        template_name=of.name,
        subscription_id="s",
        location="westeurope",
        group=StagingGroup("it"),
        created_at="2026-11-21T12:00:00+00:00",
        expires_at="",
        **{"vm_size": "Standard_D2ds_v4", "os_disk_gb": 0, **given},
    )
    return plan_layers(made, of, 7, bypasses=False)


def chain(of: ImageTemplate, *, files: str = "bytes", version: str = "v1", **changes: Any) -> LayerChain:
    return layer_chain(plan(of, **changes), steps_of(of), lambda _: files, lambda uri: f"{uri}/{version}")


def key(of: ImageTemplate, **changes: Any) -> str:
    return chain(of, **changes).key(len(of.customize))


SAME = key(template())
DEBIAN = plan(template()).source


def test_names_and_addresses_make_no_difference() -> None:
    renamed = replace(SHELL, name="other")
    elsewhere = replace(FILE, source_uri="https://other.example/x?sig=y", name="")
    assert key(template(renamed, elsewhere)) == SAME


@pytest.mark.parametrize(
    "other",
    [
        key(template(), files="other bytes"),
        key(template(replace(SHELL, inline=("false",)), FILE)),
        key(template(SHELL, replace(FILE, destination="/etc/other"))),
        key(template(FILE, SHELL)),
        key(template(replace(SHELL, options=ScriptOptions(environment={"A": "1"})), FILE)),
        key(template(), source=replace(DEBIAN, version="1.1")),
        key(template(), source=replace(DEBIAN, image_id="/g/galleries/a/images/b/versions/1.0.0")),
        key(template(), subnet_id="/subnet"),
        key(template(), identities=("/identity",)),
        key(template(), vm_size="Standard_D4s_v5"),
        key(template(), os_disk_gb=64),
    ],
)
def test_everything_else_does(other: str) -> None:
    assert other != SAME


def test_a_version_published_anew_is_another_source() -> None:
    gallery = replace(DEBIAN, publisher="", image_id="/g/galleries/a/images/b/versions/1.0.0")
    first, second = (replace(gallery, published_at=f"2026-11-{day}T00:00:00+00:00") for day in (20, 21))
    assert key(template(), source=first) != key(template(), source=second)


def test_a_secret_counts_by_its_version() -> None:
    use = template(replace(SHELL, options=ScriptOptions(secrets={"TOKEN": SECRET})))
    assert key(use, version="v1") != key(use, version="v2")


@pytest.mark.parametrize(
    ("changes", "tags", "reason"),
    [
        ({"steps": ()}, {}, "there is nothing to customize"),
        ({"stages": (Stage.STAGE, Stage.VALIDATE)}, {}, "there is nothing to customize"),
        ({}, {"kiln-cache": "off"}, "the template's tag kiln-cache is off"),
        ({"source": replace(DEBIAN, os_type="Windows")}, {}, "layers are kept of Linux disks only"),
        ({"os_state": OsState.SPECIALIZED}, {}, "a specialized image keeps what one machine was"),
        (
            {"source": replace(DEBIAN, disk=Origin(OriginKind.BLOB, "https://a/b.vhd"))},
            {},
            "the source can change without a new version",
        ),
        (
            {"source": replace(DEBIAN, image_id="/g/providers/Microsoft.Compute/images/base")},
            {},
            "the source can change without a new version",
        ),
        (
            {"source": replace(DEBIAN, data_luns=(0,))},
            {},
            "the VM has data disks, and a layer holds the OS disk alone",
        ),
    ],
)
def test_where_there_are_none_the_run_says_why(
    changes: dict[str, Any], tags: dict[str, str], reason: str
) -> None:
    made = plan(template(tags=tags), **changes)
    assert made.layers.off == reason
    staged = staged_build(made)
    assert not staged.uses_layers
    assert [cache.reason for cache in staged.caches] == [reason] * len(made.steps)
    assert not any(step.kept for step in staged.steps)


def test_zero_days_keep_none() -> None:
    made = plan_layers(plan(template()), template(), 0, bypasses=False)
    assert made.layers.off == "no layers are kept here: KILN_LAYER_DAYS is 0"


def test_a_tag_that_says_neither_is_refused() -> None:
    with pytest.raises(BuildFailed) as caught:
        plan(template(tags={"kiln-cache": "no"}))
    assert caught.value.error.message == "tags.kiln-cache: must be on or off"


def test_a_layer_is_kept_after_each_step_that_may_be_begun_behind() -> None:
    marks = (Cache.ON, Cache.OFF, Cache.ON, Cache.ALWAYS, Cache.ON)
    marked = template(*(replace(SHELL, cache=mark) for mark in marks))
    assert [step.kept for step in staged_build(plan(marked)).steps] == [True, False, True, False, False]


class Snapshots:
    """Takes the request of a snapshot, and lists those that it is given."""

    def __init__(self, *known: Snapshot) -> None:
        self.snapshots = self
        self.known = list(known)
        self.body = Snapshot(location="")

    def list_by_resource_group(self, _group: str) -> list[Snapshot]:
        return self.known

    def begin_create_or_update(self, _group: str, _name: str, body: Snapshot, polling: Any) -> None:
        self.body = body
        polling.headers = {}


def put(made: BuildPlan) -> Snapshot:
    client = Snapshots()
    put_layer(client, made, "kiln", "/disk", 2)  # type: ignore[arg-type]
    return client.body


def test_a_layer_on_a_layer_gets_no_older_than_that() -> None:
    made = plan(template())
    held = chain(template())
    made = replace(made, layers=replace(made.layers, chain=held))
    tags = put(made).tags or {}
    assert tags["kiln-expires"] == "2026-11-28T12:00:00+00:00"
    assert (tags["kiln-layer"], tags["kiln-layer-chain"]) == (held.key(2), held.short(2))
    assert "kiln-run" not in tags
    begun = Layer("/layer", "key", "s m a", "run", "web", "", expires_at="2026-11-25T00:00:00+00:00")
    built_on = put(replace(made, layers=replace(made.layers, layer=begun)))
    assert (built_on.tags or {})["kiln-expires"] == "2026-11-25T00:00:00+00:00"
    assert built_on.properties.incremental


@pytest.mark.parametrize("spoilt", ["", "tomorrow", "2026-11-28T12:00:00"])
def test_a_layer_whose_tags_were_spoilt_is_of_no_use_and_breaks_nothing(spoilt: str) -> None:
    properties = SnapshotProperties(creation_data=CreationData(create_option="Copy"))
    properties.provisioning_state = "Succeeded"
    tags = {"kiln-layer": "key", "kiln-expires": "2026-11-28T12:00:00+00:00"}
    whole = Snapshot(location="westeurope", tags=tags, properties=properties)
    other = Snapshot(location="westeurope", tags={**tags, "kiln-expires": spoilt}, properties=properties)
    client: Any = Snapshots(whole, other, Snapshot(location="westeurope"))
    assert [layer.usable for layer in list_layers(client, "kiln")] == [True, False]


class Blobs:
    """Blob storage in memory that counts how often it is read."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.reads = 0

    def write(self, path: str, data: bytes, _kind: str) -> None:
        self.kept[path] = data

    def read(self, path: str) -> bytes | None:
        self.reads += 1
        return self.kept.get(path)


def test_a_plan_is_read_anew_until_it_is_settled() -> None:
    blobs = Blobs()
    documents = RunDocuments(blobs)  # type: ignore[arg-type]
    made = plan(template())
    documents.put_plan(made)
    assert documents.get_plan(made.run_id) == made
    changed = replace(made, location="northeurope")
    documents.put_plan(changed)
    assert documents.get_plan(made.run_id) == changed
    assert [documents.settled_plan(made.run_id) for _ in range(3)] == [changed] * 3
    assert blobs.reads == 3
