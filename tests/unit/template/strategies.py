"""Random templates that are right, and random JSON that mostly is not."""

import re

from hypothesis import strategies as st

from shared.domain.template import (
    Customizer,
    Distributor,
    FileCustomizer,
    ImageTemplate,
    PlatformImageSource,
    PurchasePlan,
    SharedImageDistributor,
    SharedImageVersionSource,
    ShellCustomizer,
    TargetRegion,
    Versioning,
    VhdDistributor,
    VmProfile,
)
from tests.unit.template.samples import GROUP, IDENTITY, IMAGE, NETWORK, SHA, SUBSCRIPTION

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
sources = st.builds(
    PlatformImageSource, texts, texts, texts, versions | st.just("latest"), st.none() | plans
) | st.builds(
    SharedImageVersionSource,
    (versions | st.just("latest")).map(lambda version: f"{IMAGE}/versions/{version}"),
)

inline = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), max_size=4
)
customizers: st.SearchStrategy[Customizer] = (
    st.builds(ShellCustomizer, step_names, st.none(), inline.map(lambda held: (*held, "true")))
    | st.builds(ShellCustomizer, step_names, uris, st.just(()), checksums)
    | st.builds(FileCustomizer, step_names, uris, texts.map(lambda text: f"/srv/x{text}x"), checksums)
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
modes = st.sampled_from(["Full", "Shallow"])


@st.composite
def distributors(draw: st.DrawFn, name: str) -> Distributor:
    if draw(st.booleans()):
        uri = draw(st.none() | st.just("https://account.blob.core.windows.net/vhds/a.vhd"))
        return VhdDistributor(name, uri, draw(tags))
    exact = draw(st.none() | versions)
    return SharedImageDistributor(
        run_output_name=name,
        gallery_image_id=f"{IMAGE}/versions/{exact}" if exact else IMAGE,
        target_regions=draw(target_regions),
        versioning=Versioning() if exact else draw(versionings),
        exclude_from_latest=draw(st.booleans()),
        replication_mode=draw(modes),
        artifact_tags=draw(tags),
    )


@st.composite
def templates(draw: st.DrawFn) -> ImageTemplate:
    """Any template that Kiln supports."""
    count = draw(st.integers(1, 3))
    return ImageTemplate(
        subscription_id=SUBSCRIPTION,
        resource_group="templates",
        name="web",
        location=draw(regions),
        source=draw(sources),
        distribute=tuple(draw(distributors(f"out-{index}")) for index in range(count)),
        customize=tuple(draw(st.lists(customizers, max_size=4))),
        vm_profile=draw(
            st.builds(
                VmProfile,
                st.sampled_from(["", "Standard_D2ds_v4"]),
                st.integers(0, 4095),
                st.sampled_from([(), (IDENTITY,)]),
                st.sampled_from([None, f"{NETWORK}/subnets/a"]),
            )
        ),
        identity_id=draw(st.sampled_from([None, IDENTITY])),
        build_timeout_minutes=draw(st.integers(1, 960)),
        staging_resource_group=draw(st.sampled_from([None, f"{GROUP}/staging".rpartition("/")[2]])),
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
"""
VALUES = """
    Shell File VHD SharedImage PlatformImage SharedImageVersion ManagedImage PowerShell
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
