"""Structured logs on standard error: one JSON object per line, filtered by host.json's logLevel."""

import json
import logging
import sys
from collections.abc import Mapping

from .history import iso

_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


class JsonLines(logging.Formatter):
    """`{"time","level","category","message","invocationId"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": iso(record.created),
            "level": record.levelname,
            "category": record.name,
            "message": record.getMessage(),
        }
        invocation = getattr(record, "invocation_id", "")
        if invocation:
            line["invocationId"] = invocation
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(levels: Mapping[str, str]) -> None:
    """`levels`: category prefix to level name, `default` for the rest."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for category, level in levels.items():
        name = None if category == "default" else category
        logging.getLogger(name).setLevel(_LEVELS.get(level.lower(), logging.INFO))
