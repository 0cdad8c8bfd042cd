"""Stored templates as documents, and what a run of one would do."""

from shared.api.openapi.common import ARM_ID, ETAG, GROUP, INVALID, LOCATION, NAME, refused
from shared.api.openapi.model import Area, Reply, Route, path_parameter
from shared.api.openapi.schema import (
    Schema,
    amount,
    anything,
    array,
    mapping,
    moment,
    nullable,
    record,
    reference,
    text,
)

ADDRESS = (
    path_parameter("group", "The template's resource group.", GROUP),
    path_parameter("template", "The template's name.", NAME),
)
NO_TEMPLATE = refused(404, "There is no such template.")

SCHEMAS: dict[str, Schema] = {
    "Template": anything("A bare image template: a file for `kiln build`, or the body of AIB's PUT."),
    "CopyRequest": record(
        {},
        {"resourceGroup": GROUP, "name": NAME, "location": text("The region that the copy builds in.")},
        "Where the copy goes; what is left out is as in the original.",
    ),
    "CopiedTemplate": record({"id": ARM_ID, "provisioningState": text()}),
    "Plan": record(
        {
            "templateId": ARM_ID,
            "names": text("How to read `<run>` and `<hash>` in what follows."),
            "resources": array(reference("PlannedResource")),
            "history": reference("History"),
            "cost": reference("Cost"),
            "notes": array(record({"target": text(), "message": text()})),
        }
    ),
    "PlannedResource": record(
        {
            "type": text("As ARM names it."),
            "name": text(),
            "resourceGroup": nullable(text()),
            "location": nullable(text()),
            "tags": mapping(text()),
            "kept": {"type": "boolean", "description": "Whether it stays when the run has ended."},
            "when": nullable(text("The condition under which it is made.")),
        }
    ),
    "History": record(
        {
            "runs": array(reference("RunTimes"), "The last runs that succeeded, the newest first."),
            "medianSeconds": mapping(amount(), "By stage, and `total`."),
        }
    ),
    "RunTimes": record({"run": text(), "endedAt": moment(), "seconds": mapping(amount())}),
    "Cost": record(
        {
            "currency": nullable(text()),
            "perRun": nullable(amount("Null when part of it is not known.")),
            "perMonth": nullable(amount("Null when part of it is not known.")),
            "items": array(reference("CostItem")),
            "note": text("Where the prices come from."),
        }
    ),
    "CostItem": record(
        {
            "what": text(),
            "quantity": nullable(amount()),
            "unit": text(),
            "price": nullable(amount("Of one unit.")),
            "amount": nullable(amount()),
            "missing": nullable(text("What would have to be known.")),
        }
    ),
}

AREA = Area(
    "templates",
    "Stored templates: export, copy, plan.",
    (
        Route(
            "GET",
            "/templates/{group}/{template}",
            "exportTemplate",
            "The template as a file: what its owner sent, with the api-version that it is written in.",
            (Reply(200, "The template.", reference("Template"), headers=ETAG), INVALID, NO_TEMPLATE),
            ADDRESS,
        ),
        Route(
            "POST",
            "/templates/{group}/{template}/copy",
            "copyTemplate",
            "Creates the same template in another group, under another name or for another region.",
            (
                Reply(
                    201,
                    "The copy, which is checked as a new template is.",
                    reference("CopiedTemplate"),
                    headers={**LOCATION, **ETAG},
                ),
                INVALID,
                NO_TEMPLATE,
                refused(409, "The copy would be where the original is."),
                refused(412, "There is a template at that address."),
            ),
            ADDRESS,
            reference("CopyRequest"),
        ),
        Route(
            "POST",
            "/plan",
            "planBuild",
            "What a run would create, how long the last ones took, and what it costs. Creates nothing.",
            (Reply(200, "The plan.", reference("Plan")), INVALID, NO_TEMPLATE),
            body=reference("BuildRequest"),
        ),
    ),
    SCHEMAS,
)
