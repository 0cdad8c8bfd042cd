"""Small JSON state files, replaced whole so that a reader never sees half of one."""

import json
import os
from pathlib import Path
from typing import cast

from cli.json_types import Json


def read_json(path: Path) -> Json | None:
    """The object in `path`; None when it is missing or damaged."""
    try:
        body = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return cast("Json", body) if isinstance(body, dict) else None


def write_json(path: Path, body: Json) -> None:
    """Readable by this user alone."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(body, indent=2) + "\n")
    scratch.replace(path)
