"""The one place where JSON of unknown shape gets its name."""

from typing import Any

Json = dict[str, Any]
"""A JSON object as it travels: `schema.py` checks its shape when it comes in, not the type checker."""
