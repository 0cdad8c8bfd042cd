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
    """`{"time","level","category","message","invocationId"?,"instanceId"?,"exception"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": iso(record.created),
            "level": record.levelname,
            "category": record.name,
            "message": record.getMessage(),
        }
        for name, attribute in (("invocationId", "invocation_id"), ("instanceId", "instance_id")):
            if value := getattr(record, attribute, None):
                line[name] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def about(instance_id: str) -> dict[str, str]:
    """`extra` of a log call: whose line it is."""
    return {"instance_id": instance_id}


def set_up_logs(levels: Mapping[str, str]) -> None:
    """`levels`: category prefix to level name, `default` for the rest."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for category, level in levels.items():
        name = None if category == "default" else category
        logging.getLogger(name).setLevel(_LEVELS.get(level.lower(), logging.INFO))
