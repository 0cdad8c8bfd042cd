"""The body of a gallery image version."""

from __future__ import annotations

from local.cloud.providers.microsoft_compute.machine_bodies import MAX_LUN
from local.cloud.schema import Flag, ListOf, Number, ReadOnly, Record, Required, Text, Unsupported, tracked

MAX_REPLICAS = 100
STORAGE_TYPES = ("Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS")

SOURCE = Record({"id": Text(), "virtualMachineId": Text(), "communityGalleryImageId": Unsupported()})

DISK_SOURCE = Record({"id": Text(), "storageAccountId": Text(), "uri": Text()})
CACHING = Text(one_of=("None", "ReadOnly", "ReadWrite"))

DATA_DISK_IMAGE = Record(
    {
        "lun": Required(Number(minimum=0, maximum=MAX_LUN)),
        "source": DISK_SOURCE,
        "hostCaching": CACHING,
        "sizeInGB": ReadOnly(),
    }
)

REGION = Record(
    {
        "name": Required(Text()),
        "regionalReplicaCount": Number(minimum=1, maximum=MAX_REPLICAS),
        "storageAccountType": Text(one_of=STORAGE_TYPES),
        "excludeFromLatest": Flag(),
        "encryption": Unsupported(),
        "additionalReplicaSets": ListOf(Unsupported()),
    }
)

VERSION_BODY = tracked(
    Record(
        {
            "publishingProfile": Record(
                {
                    "targetRegions": ListOf(REGION),
                    "replicaCount": Number(minimum=1, maximum=MAX_REPLICAS),
                    "excludeFromLatest": Flag(),
                    "endOfLifeDate": Text(),
                    "storageAccountType": Text(one_of=STORAGE_TYPES),
                    "storageAccountStrategy": Text(one_of=("PreferStandard_ZRS", "DefaultStandard_LRS")),
                    "replicationMode": Text(one_of=("Full", "Shallow")),
                    "targetExtendedLocations": ListOf(Unsupported()),
                    "publishedDate": ReadOnly(),
                }
            ),
            "storageProfile": Required(
                Record(
                    {
                        "source": SOURCE,
                        "osDiskImage": Record(
                            {
                                "source": DISK_SOURCE,
                                "hostCaching": CACHING,
                                "sizeInGB": ReadOnly(),
                            }
                        ),
                        "dataDiskImages": ListOf(DATA_DISK_IMAGE),
                    }
                )
            ),
            "safetyProfile": Record(
                {
                    "allowDeletionOfReplicatedLocations": Flag(),
                    "blockDeletionBeforeEndOfLife": Flag(),
                    "reportedForPolicyViolation": ReadOnly(),
                    "policyViolations": ReadOnly(),
                }
            ),
            "securityProfile": Unsupported(),
            "restore": Unsupported(),
            "validationsProfile": ReadOnly(),
            "replicationStatus": ReadOnly(),
            "provisioningState": ReadOnly(),
        }
    )
)
