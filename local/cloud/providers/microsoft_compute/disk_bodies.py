"""The bodies of disks and snapshots, which have most of their fields in common."""

from __future__ import annotations

from local.cloud.errors import ArmError, invalid_parameter, missing_reference, required_parameter
from local.cloud.resource_type import PutRequest
from local.cloud.schema import (
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
from local.cloud.store import Resource, Store

GIB = 1024**3
MAX_SIZE_GIB = 32_767
DISK_SKUS = (
    "Standard_LRS",
    "Premium_LRS",
    "StandardSSD_LRS",
    "UltraSSD_LRS",
    "Premium_ZRS",
    "StandardSSD_ZRS",
    "PremiumV2_LRS",
)

CREATION_DATA = Record(
    {
        "createOption": Required(
            Text(one_of=("Empty", "Copy", "FromImage", "Upload", "Import", "Attach", "Restore", "CopyStart"))
        ),
        "sourceResourceId": Text(),
        "imageReference": Record({"id": Text(), "lun": Number()}),
        "galleryImageReference": Record({"id": Text(), "lun": Number()}),
        "sourceUniqueId": ReadOnly(),
        "logicalSectorSize": Number(),
        "performancePlus": Flag(),
        "storageAccountId": Unsupported(),
        "sourceUri": Unsupported(),
        "uploadSizeBytes": Unsupported(),
        "securityDataUri": Unsupported(),
        "elasticSanResourceId": Unsupported(),
    }
)

COMMON: dict[str, Shape] = {
    "creationData": Required(CREATION_DATA),
    "diskSizeGB": Number(minimum=1, maximum=MAX_SIZE_GIB),
    "osType": Text(one_of=("Linux", "Windows")),
    "hyperVGeneration": Text(one_of=("V1", "V2")),
    "networkAccessPolicy": Text(one_of=("AllowAll", "AllowPrivate", "DenyAll")),
    "publicNetworkAccess": Text(one_of=("Enabled", "Disabled")),
    "dataAccessAuthMode": Text(one_of=("None", "AzureActiveDirectory")),
    "supportedCapabilities": Record(
        {"architecture": Text(one_of=("x64", "Arm64")), "acceleratedNetwork": Flag()}
    ),
    "securityProfile": Record({"securityType": Text()}),
    "supportsHibernation": Flag(),
    "encryption": Record({"type": Text(one_of=("EncryptionAtRestWithPlatformKey",))}),
    "encryptionSettingsCollection": Unsupported(),
    "diskAccessId": Unsupported(),
    "purchasePlan": Unsupported(),
    "provisioningState": ReadOnly(),
    "diskSizeBytes": ReadOnly(),
    "timeCreated": ReadOnly(),
    "uniqueId": ReadOnly(),
    "diskState": ReadOnly(),
}

DISK_BODY = tracked(
    Record(
        {
            **COMMON,
            "tier": Text(),
            "burstingEnabled": Flag(),
            "maxShares": Number(minimum=1, maximum=1),
            "diskIOPSReadWrite": Number(minimum=1),
            "diskMBpsReadWrite": Number(minimum=1),
            "optimizedForFrequentAttach": Flag(),
            "LastOwnershipUpdateTime": ReadOnly(),
        }
    ),
    sku=Record({"name": Text(one_of=DISK_SKUS), "tier": ReadOnly()}),
    zones=ListOf(Text()),
    managedBy=ReadOnly(),
    managedByExtended=ReadOnly(),
    extendedLocation=Unsupported(),
)

SNAPSHOT_BODY = tracked(
    Record(
        {
            **COMMON,
            "incremental": Flag(),
            "completionPercent": ReadOnly(),
            "incrementalSnapshotFamilyId": ReadOnly(),
        }
    ),
    sku=Record({"name": Text(one_of=("Standard_LRS", "Premium_LRS", "Standard_ZRS")), "tier": ReadOnly()}),
    managedBy=ReadOnly(),
    extendedLocation=Unsupported(),
)


def copy_source(store: Store, put: PutRequest) -> Resource:
    """The disk or snapshot that is copied: it must exist, in the same region, and be ready."""
    where = "properties.creationData.sourceResourceId"
    text = put.properties["creationData"].get("sourceResourceId")
    if not text:
        raise required_parameter(where)
    source = store.find(text)
    if source is None:
        raise missing_reference(text, put.id, where)
    if source.id.type.lower() not in ("microsoft.compute/disks", "microsoft.compute/snapshots"):
        raise invalid_parameter(f"The source '{text}' is neither a disk nor a snapshot.", where)
    if source.location != put.location:
        message = (
            f"The source '{text}' is in region {source.location}, the copy is requested in {put.location}."
        )
        raise ArmError(400, "BadRequest", message, where)
    if source.properties["provisioningState"] != "Succeeded":
        raise ArmError(409, "Conflict", f"The source '{text}' is not ready to be copied.", where)
    if put.properties.get("diskSizeGB", MAX_SIZE_GIB) < source.properties["diskSizeGB"]:
        message = f"Cannot copy to a disk smaller than its source ({source.properties['diskSizeGB']} GB)."
        raise invalid_parameter(message, "properties.diskSizeGB")
    return source
