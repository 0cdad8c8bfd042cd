"""Microsoft.Compute/virtualMachineScaleSets: the model that machines would be made from, and no machine.

A scale set without instances is what uses an image version while nothing runs. Any capacity is refused as not
implemented, so no list of instances is ever left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import ClassVar

from local.cloud.clock import now
from local.cloud.errors import not_implemented, required_parameter
from local.cloud.image_sources import resolve_image
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.machine_bodies import IMAGE_REFERENCE, SECURITY_PROFILE
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import (
    Flag,
    ListOf,
    Number,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    tracked,
)
from local.cloud.store import Resource

_OS_DISK = Record(
    {
        "createOption": Required(Text(one_of=("FromImage",))),
        "caching": Text(one_of=("None", "ReadOnly", "ReadWrite")),
        "managedDisk": Record({"storageAccountType": Text()}),
    }
)
_PROFILE = Record(
    {
        "storageProfile": Record(
            {"imageReference": IMAGE_REFERENCE, "osDisk": _OS_DISK, "dataDisks": Unsupported()}
        ),
        "securityProfile": SECURITY_PROFILE,
        "priority": Text(one_of=("Regular", "Low", "Spot")),
        "osProfile": Unsupported(),
        "networkProfile": Unsupported(),
        "extensionProfile": Unsupported(),
        "timeCreated": ReadOnly(),
    }
)


class VirtualMachineScaleSets(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/virtualMachineScaleSets"
    body: ClassVar[Record] = tracked(
        Record(
            {
                "orchestrationMode": Text(one_of=("Uniform", "Flexible")),
                "upgradePolicy": Record({"mode": Text(one_of=("Automatic", "Manual", "Rolling"))}),
                "platformFaultDomainCount": Number(minimum=1, maximum=5),
                "singlePlacementGroup": Flag(),
                "overprovision": Flag(),
                "virtualMachineProfile": _PROFILE,
                "provisioningState": ReadOnly(),
                "uniqueId": ReadOnly(),
                "timeCreated": ReadOnly(),
            }
        ),
        sku=Record({"name": Text(), "tier": Text(), "capacity": Number(minimum=0, maximum=1000)}),
        zones=ListOf(Text()),
    )

    def check(self, put: PutRequest) -> None:
        if put.body.get("sku", {}).get("capacity", 0):
            raise not_implemented("instances of a scale set (any capacity above 0)")
        profile = put.properties.get("virtualMachineProfile")
        if profile is None:
            return
        reference = profile.get("storageProfile", {}).get("imageReference")
        if not reference:
            raise required_parameter("virtualMachineProfile.storageProfile.imageReference")
        resolve_image(self.cloud, reference, put.location)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        former = previous.properties if previous else {}
        resource.properties.setdefault("orchestrationMode", "Uniform")
        resource.properties["uniqueId"] = former.get("uniqueId", str(uuid.uuid4()))
        resource.properties["timeCreated"] = former.get("timeCreated", now())

    def readings(self) -> Mapping[str, Callable[[Resource], Json]]:
        """The list of instances: there is none."""
        return {"virtualmachines": lambda _: {"value": []}}
