"""ManagedImage: the older kind of image resource, without versions. Azure's limits are checked up front.

Source: learn.microsoft.com, "Create a legacy managed image": generalized, no Arm64, no Trusted Launch, one
subscription and region. Generation and security type are those of the source: seen when a run is staged.
"""

from shared.distributors.kind import Common, DistributorKind, Home
from shared.domain.template import ManagedImageDistributor, OsState
from shared.reading.arm_id import MANAGED_IMAGE, in_subscription
from shared.reading.json_value import JsonObject
from shared.reading.names import read_region
from shared.reading.object_reader import ObjectReader


def read_managed_image(fields: ObjectReader, common: Common, home: Home) -> ManagedImageDistributor:
    if home.os_state is OsState.SPECIALIZED:
        fields.problem("a managed image is generalized; a specialized one goes to SharedImage or VHD")
    if home.architecture == "Arm64":
        fields.problem("a managed image cannot hold Arm64; distribute to SharedImage")
    return ManagedImageDistributor(
        run_output_name=common.run_output_name,
        image_id=fields.required_text("imageId", rule=in_subscription(MANAGED_IMAGE, home.subscription_id)),
        location=read_region(fields, "location"),
        artifact_tags=common.artifact_tags,
    )


def managed_image_to_json(distributor: ManagedImageDistributor) -> JsonObject:
    return {"imageId": distributor.image_id, "location": distributor.location}


DISTRIBUTOR = DistributorKind("ManagedImage", read_managed_image, managed_image_to_json)
