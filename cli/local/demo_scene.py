"""What the demo needs in the app's resource group: a gallery, an image definition, the example files."""

from cli.json_types import Json
from cli.local.arm import Arm
from cli.local.blobs import publish
from cli.local.environment import LOCATION, RESOURCE_GROUP
from cli.local.home import CHECKOUT
from cli.local.supervisor import Local

GALLERY = "images"
IMAGE = "debian-nginx"
CONTAINER = "examples"
GALLERIES_API_VERSION = "2025-03-03"
EXAMPLES = CHECKOUT / "examples"
PAGE_FILE = EXAMPLES / "files" / "index.html"
TEMPLATE = EXAMPLES / "debian-nginx.json"


def set_scene(local: Local) -> dict[str, str]:
    """Creates all of it, or finds it there; returns the values of the template's placeholders."""
    with Arm(local.cloud) as arm:
        group = f"/resourceGroups/{RESOURCE_GROUP}"
        gallery = f"{group}/providers/Microsoft.Compute/galleries/{GALLERY}"
        arm.put(gallery, GALLERIES_API_VERSION, {"location": LOCATION, "properties": {}})
        arm.put(f"{gallery}/images/{IMAGE}", GALLERIES_API_VERSION, _image_definition())
    return {
        "subscriptionID": local.endpoints.subscriptionId,
        "rgName": RESOURCE_GROUP,
        "imageGalleryName": GALLERY,
        "imageDefName": IMAGE,
        "examplesUri": publish(local.endpoints.storage, CONTAINER, EXAMPLES / "files"),
    }


def _image_definition() -> Json:
    """A generalized Linux image of generation 2, as the example's source is."""
    return {
        "location": LOCATION,
        "properties": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "architecture": "x64",
            "identifier": {"publisher": "Kiln", "offer": "demo", "sku": IMAGE},
        },
    }
