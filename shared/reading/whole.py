"""Reads a whole document that is no template: strictly, and with all its problems at once."""

from collections.abc import Callable
from typing import TypeVar

from shared.reading.names import template_name
from shared.reading.object_reader import ObjectReader, read_object
from shared.reading.report import STRICT_SINCE, Report

T = TypeVar("T")


def read_whole(document: object, read: Callable[[ObjectReader], T], name: str = "") -> T:
    """What `read` makes of the document, which is to have `name` if that is given.

    Raises InvalidTemplateError, its problems in the order of the document.
    """
    report = Report(STRICT_SINCE)
    fault = template_name(name) if name else None
    if fault:
        report.add("name", fault)
    root = read_object(document, "", report)
    found = read(root) if root else None
    report.raise_problems(document)
    if found is None:
        raise AssertionError("a document that could not be read was let pass")
    return found
