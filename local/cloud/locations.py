"""The regions of this cloud: a dozen of Azure's, by name, display name, geography and paired region."""

from __future__ import annotations

from dataclasses import dataclass

from local.cloud.json_types import Json


@dataclass(frozen=True)
class Location:
    display_name: str
    geography_group: str
    paired_region: str

    def document(self, subscription_id: str, name: str) -> Json:
        return {
            "id": f"/subscriptions/{subscription_id}/locations/{name}",
            "name": name,
            "type": "Region",
            "displayName": self.display_name,
            "regionalDisplayName": f"({self.geography_group}) {self.display_name}",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geographyGroup": self.geography_group,
                "pairedRegion": [{"name": self.paired_region}],
            },
        }


LOCATIONS = {
    "westeurope": Location("West Europe", "Europe", "northeurope"),
    "northeurope": Location("North Europe", "Europe", "westeurope"),
    "germanywestcentral": Location("Germany West Central", "Europe", "germanynorth"),
    "swedencentral": Location("Sweden Central", "Europe", "swedensouth"),
    "francecentral": Location("France Central", "Europe", "francesouth"),
    "uksouth": Location("UK South", "Europe", "ukwest"),
    "eastus": Location("East US", "US", "westus"),
    "eastus2": Location("East US 2", "US", "centralus"),
    "centralus": Location("Central US", "US", "eastus2"),
    "westus2": Location("West US 2", "US", "westcentralus"),
    "westus3": Location("West US 3", "US", "eastus"),
    "southeastasia": Location("Southeast Asia", "Asia Pacific", "eastasia"),
    "japaneast": Location("Japan East", "Asia Pacific", "japanwest"),
    "australiaeast": Location("Australia East", "Asia Pacific", "australiasoutheast"),
}


def canonical_location(name: str) -> str:
    """`West Europe` and `WestEurope` are `westeurope`."""
    return name.replace(" ", "").lower()
