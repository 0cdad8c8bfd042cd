"""Kiln's own options of scripts: arguments, plain variables, and variables that are secrets."""

import re

from shared.domain.steps import VARIABLE_PREFIX
from shared.domain.template import ScriptOptions
from shared.reading.json_value import JsonObject, string_map, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import key_vault_secret

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_options(fields: ObjectReader, *, any_case: bool) -> ScriptOptions:
    """`any_case`: names of variables differ by their case."""
    if not fields.reads_own("arguments", "environment", "secrets"):
        return ScriptOptions()
    options = ScriptOptions(
        arguments=fields.texts("arguments"),
        environment=fields.text_map("environment", key=_variable),
        secrets=fields.text_map("secrets", key=_variable, rule=key_vault_secret),
    )
    _check_distinct(fields, options, any_case=any_case)
    return options


def options_to_json(options: ScriptOptions) -> JsonObject:
    return without_empty(
        {
            "arguments": list(options.arguments),
            "environment": string_map(options.environment),
            "secrets": string_map(options.secrets),
        }
    )


def parameters(variables: dict[str, str]) -> dict[str, str]:
    """Variables under the names of the Run Command parameters that carry them.

    The prefix keeps them apart from what the script around the user's depends on, PATH for one.
    """
    return {VARIABLE_PREFIX + name: value for name, value in variables.items()}


def variable_names(options: ScriptOptions) -> tuple[str, ...]:
    return (*options.environment, *options.secrets)


def _variable(name: str) -> str | None:
    if name.startswith("KILN_"):
        return "must not begin with KILN_, which Kiln uses"
    return (
        None if _VARIABLE.fullmatch(name) else "must be letters, digits and '_', and not begin with a digit"
    )


def _check_distinct(fields: ObjectReader, options: ScriptOptions, *, any_case: bool) -> None:
    seen: set[str] = set()
    for member, names in (("environment", options.environment), ("secrets", options.secrets)):
        for name in names:
            key = name if any_case else name.lower()
            if key in seen:
                fields.problem_at(member, f"{name} is given twice")
            seen.add(key)
