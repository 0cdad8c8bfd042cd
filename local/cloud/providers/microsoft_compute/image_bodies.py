"""The body of a managed image."""

from __future__ import annotations

from local.cloud.providers.microsoft_compute.machine_bodies import MAX_LUN
from local.cloud.schema import (
    SUB_RESOURCE,
    Flag,
    ListOf,
    Number,
    ReadOnly,
    Record,
    Required,
    Shape,
    Text,
    Unsupported,
    tracked,
)

DISK: dict[str, Shape] = {
    "managedDisk": SUB_RESOURCE,
    "snapshot": SUB_RESOURCE,
    "blobUri": Text(),
    "diskSizeGB": Number(minimum=1),
    "caching": Text(one_of=("None", "ReadOnly", "ReadWrite")),
    "storageAccountType": Text(),
    "diskEncryptionSet": Unsupported(),
}

OS_DISK = Record(
    {
        "osType": Required(Text(one_of=("Linux", "Windows"))),
        "osState": Required(Text(one_of=("Generalized", "Specialized"))),
        **DISK,
    }
)

IMAGE_BODY = tracked(
    Record(
        {
            "sourceVirtualMachine": SUB_RESOURCE,
            "hyperVGeneration": Text(one_of=("V1", "V2")),
            "storageProfile": Record(
                {
                    "osDisk": OS_DISK,
                    "dataDisks": ListOf(
                        Record({"lun": Required(Number(minimum=0, maximum=MAX_LUN)), **DISK})
                    ),
                    "zoneResilient": Flag(),
                }
            ),
            "provisioningState": ReadOnly(),
        }
    ),
    extendedLocation=Unsupported(),
)
