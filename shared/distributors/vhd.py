"""VHD: a fixed VHD as a page blob, at `uri` or in Kiln's own storage account."""

from shared.distributors.kind import Common, DistributorKind, Home
from shared.domain.template import VhdDistributor
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import blob_uri


def read_vhd(fields: ObjectReader, common: Common, _home: Home) -> VhdDistributor:
    fields.has("uri", since="2022-07-01")
    return VhdDistributor(
        run_output_name=common.run_output_name,
        uri=fields.text("uri", rule=blob_uri) or None,
        artifact_tags=common.artifact_tags,
    )


def vhd_to_json(distributor: VhdDistributor) -> JsonObject:
    return without_empty({"uri": distributor.uri})


DISTRIBUTOR = DistributorKind("VHD", read_vhd, vhd_to_json)
