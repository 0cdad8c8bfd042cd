"""App settings: the process environment over the `Values` of local.settings.json, and `%NAME%` references."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from .errors import LoadError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def read_json_object(path: Path) -> dict[str, Json]:
    """The JSON object in a file that may start with a byte order mark; an absent file reads as empty."""
    if not path.exists():
        return {}
    try:
        value: Json = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as error:
        raise LoadError(f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise LoadError(f"{path}: expected a JSON object")
    return value


def load_settings(app_dir: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The app's settings. A variable of the environment wins over local.settings.json, as in Core Tools."""
    path = app_dir / "local.settings.json"
    values = read_json_object(path).get("Values") or {}
    if not isinstance(values, dict):
        raise LoadError(f"{path}: Values must be an object of strings")
    local = {name: "" if value is None else str(value) for name, value in values.items()}
    return {**local, **environment}


def resolve(text: str, settings: Mapping[str, str], place: str) -> str:
    """Replaces every `%NAME%` by the app setting NAME. Raises LoadError naming `place` if one is missing."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in settings:
            raise LoadError(f"{place}: '%{name}%' does not resolve to an app setting")
        return settings[name]

    return re.sub(r"%([^%\s]+)%", value, text)
