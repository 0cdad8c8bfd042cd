"""The body of a virtual machine: which of Azure's fields have a meaning here."""

from __future__ import annotations

from local.cloud.schema import (
    Flag,
    ListOf,
    MapOf,
    Number,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    tracked,
)

IMAGE_REFERENCE = Record(
    {
        "id": Text(),
        "publisher": Text(),
        "offer": Text(),
        "sku": Text(),
        "version": Text(),
        "exactVersion": ReadOnly(),
        "sharedGalleryImageId": Text(),
        "communityGalleryImageId": Unsupported(),
    }
)

MANAGED_DISK = Record(
    {
        "id": Text(),
        "storageAccountType": Text(),
        "diskEncryptionSet": Unsupported(),
        "securityProfile": Unsupported(),
    }
)

OS_DISK = Record(
    {
        "createOption": Required(Text(one_of=("FromImage", "Attach", "Empty", "Copy", "Restore"))),
        "name": Text(),
        "osType": Text(one_of=("Linux", "Windows")),
        "diskSizeGB": Number(minimum=1, maximum=4095),
        "caching": Text(one_of=("None", "ReadOnly", "ReadWrite")),
        "deleteOption": Text(one_of=("Delete", "Detach")),
        "writeAcceleratorEnabled": Flag(),
        "managedDisk": MANAGED_DISK,
        "diffDiskSettings": Record({"option": Text(one_of=("Local",)), "placement": Text()}),
        "vhd": Unsupported(),
        "image": Unsupported(),
        "encryptionSettings": Unsupported(),
    }
)

MAX_LUN = 63
DATA_DISK = Record(
    {
        "lun": Required(Number(minimum=0, maximum=MAX_LUN)),
        "createOption": Required(Text(one_of=("Empty", "FromImage", "Attach", "Copy", "Restore"))),
        "name": Text(),
        "diskSizeGB": Number(minimum=1, maximum=32_767),
        "caching": Text(one_of=("None", "ReadOnly", "ReadWrite")),
        "deleteOption": Text(one_of=("Delete", "Detach")),
        "writeAcceleratorEnabled": Flag(),
        "toBeDetached": Flag(),
        "managedDisk": MANAGED_DISK,
        "diskIOPSReadWrite": ReadOnly(),
        "diskMBpsReadWrite": ReadOnly(),
        "detachOption": Unsupported(),
        "sourceResource": Unsupported(),
        "vhd": Unsupported(),
        "image": Unsupported(),
    }
)

SSH = Record({"publicKeys": ListOf(Record({"path": Text(), "keyData": Text()}))})
PATCH_SETTINGS = Record({"patchMode": Text(), "assessmentMode": Text(), "enableHotpatching": Flag()})

OS_PROFILE = Record(
    {
        "computerName": Text(),
        "adminUsername": Text(max_length=64),
        "adminPassword": Text(),
        "customData": Text(),
        "allowExtensionOperations": Flag(),
        "requireGuestProvisionSignal": Flag(),
        "linuxConfiguration": Record(
            {
                "disablePasswordAuthentication": Flag(),
                "provisionVMAgent": Flag(),
                "ssh": SSH,
                "patchSettings": PATCH_SETTINGS,
                "enableVMAgentPlatformUpdates": Flag(),
            }
        ),
        "windowsConfiguration": Record(
            {
                "provisionVMAgent": Flag(),
                "enableAutomaticUpdates": Flag(),
                "timeZone": Text(),
                "patchSettings": PATCH_SETTINGS,
                "enableVMAgentPlatformUpdates": Flag(),
                "winRM": Unsupported(),
                "additionalUnattendContent": Unsupported(),
            }
        ),
        "secrets": ListOf(Unsupported()),
    }
)

INTERFACE = Record(
    {
        "id": Required(Text()),
        "properties": Record({"primary": Flag(), "deleteOption": Text(one_of=("Delete", "Detach"))}),
    }
)

SECURITY_PROFILE = Record(
    {
        "securityType": Text(one_of=("Standard", "TrustedLaunch", "ConfidentialVM")),
        "encryptionAtHost": Flag(),
        "uefiSettings": Record({"secureBootEnabled": Flag(), "vTpmEnabled": Flag()}),
    }
)

MACHINE_BODY = tracked(
    Record(
        {
            "hardwareProfile": Record({"vmSize": Required(Text()), "vmSizeProperties": Unsupported()}),
            "storageProfile": Record(
                {
                    "imageReference": IMAGE_REFERENCE,
                    "osDisk": OS_DISK,
                    "dataDisks": ListOf(DATA_DISK),
                    "diskControllerType": Text(one_of=("SCSI", "NVMe")),
                }
            ),
            "osProfile": OS_PROFILE,
            "networkProfile": Record(
                {
                    "networkInterfaces": ListOf(INTERFACE),
                    "networkApiVersion": Unsupported(),
                    "networkInterfaceConfigurations": Unsupported(),
                }
            ),
            "securityProfile": SECURITY_PROFILE,
            "diagnosticsProfile": Record(
                {"bootDiagnostics": Record({"enabled": Flag(), "storageUri": Text()})}
            ),
            "priority": Text(one_of=("Regular", "Low", "Spot")),
            "evictionPolicy": Text(one_of=("Deallocate", "Delete")),
            "billingProfile": MapOf(Number()),
            "licenseType": Text(),
            "extensionsTimeBudget": Text(),
            "userData": Text(),
            "additionalCapabilities": Record({"ultraSSDEnabled": Flag(), "hibernationEnabled": Flag()}),
            "availabilitySet": Unsupported(),
            "virtualMachineScaleSet": Unsupported(),
            "proximityPlacementGroup": Unsupported(),
            "host": Unsupported(),
            "hostGroup": Unsupported(),
            "capacityReservation": Unsupported(),
            "applicationProfile": Unsupported(),
            "scheduledEventsProfile": Unsupported(),
            "platformFaultDomain": Unsupported(),
            "provisioningState": ReadOnly(),
            "instanceView": ReadOnly(),
            "vmId": ReadOnly(),
            "timeCreated": ReadOnly(),
        }
    ),
    zones=ListOf(Text()),
    plan=Record({"name": Text(), "publisher": Text(), "product": Text(), "promotionCode": Text()}),
    identity=Record(
        {
            "type": Text(one_of=("None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned")),
            "userAssignedIdentities": MapOf(Record({"principalId": ReadOnly(), "clientId": ReadOnly()})),
            "principalId": ReadOnly(),
            "tenantId": ReadOnly(),
        }
    ),
    resources=ReadOnly(),
    managedBy=ReadOnly(),
    extendedLocation=Unsupported(),
    placement=Unsupported(),
)
