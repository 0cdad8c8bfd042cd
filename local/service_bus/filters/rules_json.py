"""Rules as they are stored."""

import json

from local.service_bus.filters.rules import (
    CorrelationFilter,
    FalseFilter,
    Filter,
    Rule,
    Scalar,
    SqlFilter,
    TrueFilter,
)


def rule_to_json(rule: Rule) -> str:
    return json.dumps({"name": rule.name, "action": rule.action, "filter": _filter_to_json(rule.filter)})


def rule_from_json(text: str) -> Rule:
    """Of what `rule_to_json` wrote."""
    stored = json.loads(text)
    return Rule(stored["name"], _filter_from_json(stored["filter"]), stored["action"])


def _filter_to_json(found: Filter) -> dict[str, object]:
    match found:
        case SqlFilter(expression, parameters):
            return {"kind": "sql", "expression": expression, "parameters": dict(parameters)}
        case CorrelationFilter(system, properties):
            return {"kind": "correlation", "system": dict(system), "properties": dict(properties)}
        case TrueFilter():
            return {"kind": "true"}
        case FalseFilter():
            return {"kind": "false"}


def _filter_from_json(stored: dict[str, dict[str, Scalar]]) -> Filter:
    kind = str(stored["kind"])
    if kind == "sql":
        return SqlFilter(str(stored["expression"]), stored["parameters"])
    if kind == "correlation":
        system = {name: str(value) for name, value in stored["system"].items()}
        return CorrelationFilter(system, stored["properties"])
    return TrueFilter() if kind == "true" else FalseFilter()
