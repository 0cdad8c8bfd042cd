"""Fills the placeholders of a template that is JSON already, for one run of it."""

import json
from collections.abc import Mapping
from typing import cast

from shared.domain.problems import InvalidTemplateError, Problem
from shared.template.placeholders import placeholder_names, substitute, unresolved_placeholders


def fill(document: dict[str, object], parameters: Mapping[str, str]) -> dict[str, object]:
    """The document with every `<name>` of `parameters` replaced; without parameters it stays as it is.

    Whoever gives parameters gives them all. Raises InvalidTemplateError for those that the template does not
    know, and for placeholders outside of scripts that have no value.
    """
    if not parameters:
        return document
    text = json.dumps(document, ensure_ascii=False)
    known = placeholder_names(text)
    unknown = [
        Problem(f"parameters.{name}", f"the template has no placeholder <{name}>")
        for name in parameters
        if name not in known
    ]
    filled = cast("dict[str, object]", json.loads(substitute(text, parameters)))
    problems = (*unknown, *unresolved_placeholders(filled))
    if problems:
        raise InvalidTemplateError(problems)
    return filled
