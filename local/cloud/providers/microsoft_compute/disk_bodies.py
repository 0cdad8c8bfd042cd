"""The bodies of disks and snapshots, which have most of their fields in common."""

from __future__ import annotations

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

GIB = 1024**3
MAX_SIZE_GIB = 32_767
MIN_UPLOAD_BYTES = 20_972_032  # 20 MiB and the footer
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
        "imageReference": Record({"id": Text(), "lun": Number(minimum=0)}),
        "galleryImageReference": Record(
            {"id": Text(), "sharedGalleryImageId": Text(), "lun": Number(minimum=0)}
        ),
        "sourceUniqueId": ReadOnly(),
        "logicalSectorSize": Number(),
        "performancePlus": Flag(),
        "storageAccountId": Text(),
        "sourceUri": Text(),
        "uploadSizeBytes": Number(minimum=MIN_UPLOAD_BYTES),
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
            "snapshotAccessState": ReadOnly(),
            "incrementalSnapshotFamilyId": ReadOnly(),
        }
    ),
    sku=Record({"name": Text(one_of=("Standard_LRS", "Premium_LRS", "Standard_ZRS")), "tier": ReadOnly()}),
    managedBy=ReadOnly(),
    extendedLocation=Unsupported(),
)
