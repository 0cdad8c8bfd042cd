"""Documents to start from, and a short way to read them."""

import copy
from collections.abc import Mapping

import pytest

from shared.domain.problems import InvalidTemplateError
from shared.domain.template import ImageTemplate
from shared.template import parse_template

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
IMAGE = f"{GROUP}/images/providers/Microsoft.Compute/galleries/gallery/images/web"
IDENTITY = f"{GROUP}/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
NETWORK = f"{GROUP}/net/providers/Microsoft.Network/virtualNetworks/build"
SHA = "0123456789abcdef" * 4

_MINIMAL: dict[str, object] = {
    "location": "westeurope",
    "properties": {
        "source": {
            "type": "PlatformImage",
            "publisher": "Debian",
            "offer": "debian-12",
            "sku": "12-gen2",
            "version": "latest",
        },
        "distribute": [{"type": "VHD", "runOutputName": "vhd"}],
    },
}


def minimal() -> dict[str, object]:
    """The least that is a template."""
    return copy.deepcopy(_MINIMAL)


def with_properties(members: Mapping[str, object]) -> dict[str, object]:
    """The least that is a template, with members of `properties` added or replaced."""
    document = minimal()
    properties = document["properties"]
    assert isinstance(properties, dict)
    properties.update(members)
    return document


def parse(document: object, api_version: str | None = None) -> ImageTemplate:
    return parse_template(
        document,
        subscription_id=SUBSCRIPTION,
        resource_group="templates",
        name="web",
        api_version=api_version,
    )


def faults(document: object, api_version: str | None = None) -> list[tuple[str, str, str]]:
    """Place, code and message of every problem of a document that must have some."""
    with pytest.raises(InvalidTemplateError) as caught:
        parse(document, api_version)
    return [(problem.path, problem.code, problem.message) for problem in caught.value.problems]


def places(document: object, api_version: str | None = None) -> list[str]:
    return [path for path, _, _ in faults(document, api_version)]
