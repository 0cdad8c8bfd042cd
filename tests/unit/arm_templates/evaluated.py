"""Short ways to evaluate."""

from datetime import UTC, datetime

from arm_templates import Deployment, ExpandedTemplate, TemplateError, expand_template
from arm_templates.evaluate import evaluate_text
from arm_templates.scope import Scope
from arm_templates.values import Json

DEPLOYMENT = Deployment(
    subscription_id="11111111-2222-3333-4444-555555555555",
    resource_group="images",
    location="westeurope",
    name="today",
    now=datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC),
)
GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/images"


def value_of(expression: str, *, default_value: bool = False) -> Json:
    return evaluate_text(f"[{expression}]", Scope(DEPLOYMENT, in_default_value=default_value))


def template(**sections: Json) -> dict[str, Json]:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": [], **sections}


def expanded(document: Json, **parameters: Json) -> ExpandedTemplate:
    return expand_template(document, parameters, DEPLOYMENT)


def output(document: dict[str, Json], **parameters: Json) -> Json:
    """The value of the output `result`."""
    described = expanded(document, **parameters).outputs["result"]
    assert isinstance(described, dict)
    return described["value"]


def faults_of(document: Json, **parameters: Json) -> list[tuple[str, str]]:
    try:
        expanded(document, **parameters)
    except TemplateError as error:
        return [(fault.path, fault.message) for fault in error.faults]
    return []
