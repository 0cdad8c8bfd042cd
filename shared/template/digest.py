"""One number for everything in a template that determines the image."""

import hashlib
import json

from shared.customizers.registry import customizer_to_json
from shared.domain.template import Customizer, ImageTemplate
from shared.reading.json_value import JsonObject, without_empty
from shared.template.build_options import data_disks_to_json
from shared.template.os_state import os_state_to_json
from shared.template.sources import source_to_json

# Goes into every digest, so that a change of what is counted changes all of them.
_SCHEME = 1


def template_digest(template: ImageTemplate) -> str:
    """SHA-256, 64 lowercase hex digits, over source, customizers in order, disks and the image's state.

    Names of steps, tags and distributors do not change the image and are not counted. Neither are the bytes
    behind a URI without a checksum, nor what `latest` means today: a run adds those when it is staged.
    """
    counted: JsonObject = {
        "scheme": _SCHEME,
        "source": source_to_json(template.source),
        "customize": [_without_name(customizer) for customizer in template.customize],
        "osDiskSizeGB": template.vm_profile.os_disk_size_gb,
        # Absent where they say nothing: digests of templates without them stay what they were.
        **os_state_to_json(template.os_state),
        **without_empty({"additionalDataDisks": data_disks_to_json(template.data_disks_gb)}),
    }
    canonical = json.dumps(counted, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _without_name(customizer: Customizer) -> JsonObject:
    return {name: value for name, value in customizer_to_json(customizer).items() if name != "name"}
