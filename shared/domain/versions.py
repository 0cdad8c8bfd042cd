"""Version numbers of images: x.y.z."""

LATEST = "latest"


def version_key(version: str) -> tuple[int, ...]:
    """x.y.z in its numeric order; anything else comes before all of them."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
