"""Azure's rules for names that a template or its address holds."""

import re

from shared.reading.object_reader import ObjectReader

# AIB's pattern for templates, run outputs and triggers, from its API description.
_TEMPLATE_NAME = re.compile(r"[A-Za-z0-9\-_.]{1,64}")
# learn.microsoft.com, "Naming rules and restrictions for Azure resources".
_RESOURCE_GROUP = re.compile(r"[\w.()-]{0,89}[\w()-]")
_REGION = re.compile(r"[a-z][a-z0-9]{1,63}")


def template_name(text: str) -> str | None:
    """The rule for names of templates and of run outputs."""
    if _TEMPLATE_NAME.fullmatch(text):
        return None
    return "must be 1 to 64 letters, digits, '-', '_' or '.'"


def resource_group_name(text: str) -> str | None:
    """The rule for resource group names."""
    if _RESOURCE_GROUP.fullmatch(text):
        return None
    return "must be 1 to 90 letters, digits, '-', '_', '.', '(' or ')', and not end with '.'"


def short_region(text: str) -> str:
    """ARM's short form of a region's name: "West Europe" is westeurope."""
    return text.replace(" ", "").lower()


def region_name(text: str) -> str | None:
    """The shape of a region's name; whether it exists is the cloud's to say."""
    if _REGION.fullmatch(short_region(text)):
        return None
    return "must be the name of a region, like westeurope or West Europe"


def read_region(fields: ObjectReader, name: str) -> str:
    """A required region name, in its short form."""
    return short_region(fields.required_text(name, rule=region_name))
