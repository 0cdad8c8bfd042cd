"""Sources of Kiln's own: an OS disk as a VHD blob, a managed disk or a snapshot."""

from shared.domain.template import DiskImageSource
from shared.reading.arm_id import MANAGED_DISK, SNAPSHOT, arm_id_rule
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import blob_uri
from shared.template.os_state import os_state_to_json, read_os_state

# How each type calls what it points to, and the rule for that.
_REFERENCES = {
    "Vhd": ("uri", blob_uri),
    "ManagedDisk": ("diskId", arm_id_rule(MANAGED_DISK)),
    "Snapshot": ("snapshotId", arm_id_rule(SNAPSHOT)),
}
DISK_SOURCE_TYPES = tuple(_REFERENCES)

_CHOICES = {
    "osType": ("Linux", "Windows"),
    "generation": ("V1", "V2"),
    "architecture": ("x64", "Arm64"),
}


def read_disk_source(fields: ObjectReader, kind: str) -> DiskImageSource:
    """`kind` is one of DISK_SOURCE_TYPES. A blob tells nothing about itself, so the template must."""
    name, rule = _REFERENCES[kind]
    if kind == "Vhd":
        for required in _CHOICES:
            fields.required_text(required)
    return DiskImageSource(
        type=kind,
        reference=fields.required_text(name, rule=rule),
        os_state=read_os_state(fields),
        os_type=_choice(fields, "osType"),
        generation=_choice(fields, "generation"),
        architecture=_choice(fields, "architecture"),
    )


def disk_source_to_json(source: DiskImageSource) -> JsonObject:
    described = {
        "osType": source.os_type,
        "generation": source.generation,
        "architecture": source.architecture,
    }
    return {
        "type": source.type,
        _REFERENCES[source.type][0]: source.reference,
        **os_state_to_json(source.os_state),
        **without_empty(dict(described)),
    }


def _choice(fields: ObjectReader, name: str) -> str:
    return fields.choice(name, _CHOICES[name], default="")
