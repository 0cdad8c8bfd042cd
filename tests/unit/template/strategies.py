"""Random templates that are right, and random JSON that mostly is not."""

import re
from datetime import UTC, datetime

from hypothesis import strategies as st

from shared.domain.template import (
    Customizer,
    DiskImageSource,
    Distributor,
    ErrorHandling,
    FileCustomizer,
    ImageTemplate,
    LinuxRestartCustomizer,
    ManagedImageDistributor,
    ManagedImageSource,
    OnError,
    Optimization,
    OsState,
    PlatformImageSource,
    PowerShellCustomizer,
    PurchasePlan,
    ScriptOptions,
    SharedImageDistributor,
    SharedImageVersionSource,
    ShellCustomizer,
    Source,
    TargetRegion,
    Validation,
    Validator,
    Versioning,
    VhdDistributor,
    VmProfile,
    WindowsRestartCustomizer,
    WindowsUpdateCustomizer,
)
from tests.unit.template.samples import GROUP, IDENTITY, IMAGE, NETWORK, SHA, SUBSCRIPTION

COMPUTE = f"{GROUP}/images/providers/Microsoft.Compute"
MANAGED_IMAGE = f"{COMPUTE}/images/web"
BLOB = "https://account.blob.core.windows.net/vhds/a.vhd"

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
step_names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
tags = st.dictionaries(st.from_regex(r"[a-z .'\[\]-]{1,8}", fullmatch=True), texts, max_size=3)
regions = st.from_regex(r"[a-z][a-z0-9]{1,12}", fullmatch=True)
versions = st.tuples(*[st.integers(0, 99)] * 3).map(lambda parts: ".".join(map(str, parts)))
uris = st.sampled_from(
    ["https://example.com/a.sh", "http://127.0.0.1:10000/devstoreaccount1/x/y?sv=1&sig=a%2B"]
)
checksums = st.sampled_from(["", SHA])

plans = st.builds(PurchasePlan, texts, texts, texts)
version_names = versions | st.just("latest")
gallery_versions = st.tuples(st.sampled_from([IMAGE, "/sharedGalleries/g/images/web"]), version_names).map(
    "/versions/".join
)
sources: st.SearchStrategy[Source] = (
    st.builds(PlatformImageSource, texts, texts, texts, version_names, st.none() | plans)
    | st.builds(SharedImageVersionSource, gallery_versions)
    | st.just(ManagedImageSource(MANAGED_IMAGE))
)
states = st.sampled_from(OsState)
described = (st.sampled_from(["", "Linux"]), st.sampled_from(["", "V1"]), st.sampled_from(["", "x64"]))
own_sources: st.SearchStrategy[Source] = (
    sources
    | st.builds(SharedImageVersionSource, gallery_versions, states)
    | st.builds(DiskImageSource, st.just("ManagedDisk"), st.just(f"{COMPUTE}/disks/d"), states, *described)
    | st.builds(DiskImageSource, st.just("Snapshot"), st.just(f"{COMPUTE}/snapshots/s"), states, *described)
    | st.builds(
        DiskImageSource,
        st.just("Vhd"),
        st.just(BLOB),
        states,
        st.just("Windows"),
        st.just("V2"),
        st.just("x64"),
    )
)

lines = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), max_size=4
).map(lambda held: (*held, "true"))
variables = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name[:5] != "kiln_")
options = st.builds(
    ScriptOptions,
    st.lists(texts, max_size=3).map(tuple),
    st.dictionaries(variables, st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=3),
    st.dictionaries(variables.map(str.upper), st.just("https://v.vault.azure.net/secrets/s"), max_size=2),
)
no_options = st.just(ScriptOptions())
seconds = st.integers(1, 57600)


def scripts(
    kind: type[ShellCustomizer] | type[PowerShellCustomizer], own: bool, **others: st.SearchStrategy[object]
) -> st.SearchStrategy[Validator]:
    given = options.filter(lambda held: _are_distinct(held, kind)) if own else no_options
    written = st.builds(kind, step_names, st.none(), lines, options=given, **others)
    fetched = st.builds(kind, step_names, uris, st.just(()), checksums, options=given, **others)
    return written | fetched


def _are_distinct(held: ScriptOptions, kind: type) -> bool:
    names = [*held.environment, *held.secrets]
    return kind is ShellCustomizer or len({name.lower() for name in names}) == len(names)


def files(own: bool, root: str) -> st.SearchStrategy[FileCustomizer]:
    names = st.from_regex(r"[A-Za-z0-9 '_-]{1,12}", fullmatch=True)
    extracted = st.booleans() if own else st.just(False)
    return st.builds(
        FileCustomizer, step_names, uris, names.map(lambda name: root + name), checksums, extracted
    )


def linux_validators(own: bool) -> st.SearchStrategy[Validator]:
    return scripts(ShellCustomizer, own) | files(own, "/srv/")


def windows_validators(own: bool) -> st.SearchStrategy[Validator]:
    runs = st.sampled_from([(False, False), (True, False), (True, True)])
    codes = st.lists(st.integers(-(2**31), 2**32 - 1), min_size=1, max_size=3).map(tuple)
    powershell = runs.flatmap(
        lambda run: scripts(
            PowerShellCustomizer,
            own,
            run_elevated=st.just(run[0]),
            run_as_system=st.just(run[1]),
            valid_exit_codes=codes,
        )
    )
    return powershell | files(own, "C:\\build\\")


def linux_customizers(own: bool) -> st.SearchStrategy[Customizer]:
    restarts = st.builds(LinuxRestartCustomizer, step_names, seconds)
    return linux_validators(own) | restarts if own else linux_validators(own)


def windows_customizers(own: bool) -> st.SearchStrategy[Customizer]:
    commands = st.sampled_from(["", "shutdown /r /t 0"])
    restarts = st.builds(WindowsRestartCustomizer, step_names, commands, st.just("") | texts, seconds)
    filters = st.lists(texts.map(lambda text: f"include:x{text}"), max_size=2).map(tuple)
    limits = st.integers(1, 2**31 - 1)
    updates = st.builds(WindowsUpdateCustomizer, step_names, st.just("") | texts, filters, limits)
    return windows_validators(own) | restarts | updates


def validations(validators: st.SearchStrategy[Validator]) -> st.SearchStrategy[Validation | None]:
    held = st.lists(validators, max_size=2).map(tuple)
    wanted = st.builds(Validation, held, st.booleans(), st.booleans())
    return st.none() | wanted.filter(lambda validation: validation != Validation())


optimizations = st.builds(Optimization, st.booleans(), st.booleans(), st.just("") | uris, checksums)
handlings = st.builds(ErrorHandling, st.sampled_from(OnError), st.sampled_from(OnError))
SUBNET = f"{NETWORK}/subnets/a"
networks = st.sampled_from(
    [(None, None, ""), (SUBNET, None, "Standard_A1_v2"), (SUBNET, f"{NETWORK}/subnets/aci", "")]
)
profiles = st.builds(
    lambda size, disk, identities, network: VmProfile(size, disk, identities, *network),
    st.sampled_from(["", "Standard_D2ds_v4"]),
    st.integers(0, 4095),
    st.sampled_from([(), (IDENTITY,)]),
    networks,
)

target_regions = st.lists(
    st.builds(
        TargetRegion,
        regions,
        st.integers(1, 100),
        st.sampled_from(["Standard_LRS", "Standard_ZRS", "Premium_LRS"]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda region: region.name,
).map(tuple)
versionings = st.builds(Versioning, st.just("Latest"), st.integers(-1, 9)) | st.just(Versioning("Source"))
moments = st.datetimes(min_value=datetime(1000, 1, 1, tzinfo=UTC).replace(tzinfo=None)).map(
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}"
)


@st.composite
def distributors(draw: st.DrawFn, name: str, own: bool) -> Distributor:
    kind = draw(st.sampled_from(["VHD", "ManagedImage", "SharedImage"]))
    if kind == "ManagedImage":
        return ManagedImageDistributor(name, MANAGED_IMAGE, draw(regions), draw(tags))
    if kind == "VHD":
        uri = draw(st.none() | st.just("https://account.blob.core.windows.net/vhds/a.vhd"))
        return VhdDistributor(name, uri, draw(tags))
    exact = draw(st.none() | versions)
    targets = draw(target_regions)
    single = all(region.replica_count == 1 for region in targets)
    return SharedImageDistributor(
        run_output_name=name,
        gallery_image_id=f"{IMAGE}/versions/{exact}" if exact else IMAGE,
        target_regions=targets,
        versioning=Versioning() if exact else draw(versionings),
        exclude_from_latest=draw(st.booleans()),
        replication_mode=draw(st.sampled_from(["Full", "Shallow"] if single else ["Full"])),
        end_of_life_date=draw(st.just("") | moments) if own else "",
        artifact_tags=draw(tags),
    )


@st.composite
def templates(draw: st.DrawFn) -> ImageTemplate:
    """Any template that Kiln supports, with additions of its own or without."""
    count = draw(st.integers(1, 3))
    own, windows = draw(st.booleans()), draw(st.booleans())
    customizers = windows_customizers(own) if windows else linux_customizers(own)
    validators = windows_validators(own) if windows else linux_validators(own)
    distribute = tuple(draw(distributors(f"out-{index}", own)) for index in range(count))
    managed = any(isinstance(output, ManagedImageDistributor) for output in distribute)
    return ImageTemplate(
        subscription_id=SUBSCRIPTION,
        resource_group="templates",
        name="web",
        location=draw(regions),
        source=draw(own_sources if own else sources),
        distribute=distribute,
        customize=tuple(draw(st.lists(customizers, max_size=4))),
        validation=draw(validations(validators)),
        optimization=draw(optimizations),
        error_handling=draw(handlings),
        auto_run=draw(st.booleans()),
        data_disks_gb=tuple(draw(st.lists(st.integers(1, 32767), max_size=3))),
        os_state=draw(states) if own and not managed else OsState.GENERALIZED,
        vm_profile=draw(profiles),
        identity_id=draw(st.sampled_from([None, IDENTITY])),
        build_timeout_minutes=draw(st.integers(1, 960)),
        staging_resource_group=draw(st.sampled_from([None, "staging"])),
        managed_resource_tags=draw(tags),
        tags=draw(tags),
    )


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
# Words that the reader knows make the random JSON go deeper than names that it does not.
NAMES = """
    location properties tags identity source customize distribute type name inline scriptUri sourceUri
    destination sha256Checksum publisher offer sku version planInfo imageVersionId galleryImageId
    targetRegions replicationRegions storageAccountType versioning scheme major replicaCount vmProfile
    vnetConfig subnetId containerInstanceSubnetId userAssignedIdentities optimize vmBoot workload state
    validate inVMValidations errorHandling onCustomizerError autoRun additionalDataDisks sizeGB
    runOutputName artifactTags uri stagingResourceGroup managedResourceTags buildTimeoutInMinutes
    runElevated runAsSystem validExitCodes restartCommand restartTimeout filters updateLimit imageId
    apiVersion osState arguments environment secrets extract endOfLifeDate diskId snapshotId
"""
VALUES = """
    Shell File VHD SharedImage PlatformImage SharedImageVersion ManagedImage PowerShell WindowsRestart
    WindowsUpdate LinuxRestart Vhd ManagedDisk Snapshot Specialized
    latest Latest Source UserAssigned None Enabled abort
"""


def words(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(re.findall(r"\w+", text))


json_values = st.recursive(
    scalars | words(VALUES),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words(NAMES) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=30,
)
