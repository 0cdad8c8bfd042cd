"""What every area uses: errors, and the texts that name things."""

from shared.api.openapi.model import Parameter, Reply, path_parameter, query
from shared.api.openapi.schema import Schema, array, nullable, record, reference, text

NAME = text(pattern=r"^[A-Za-z0-9\-_.]{1,64}$")
GROUP = text(pattern=r"^[A-Za-z0-9_.()\-]{0,89}[A-Za-z0-9_()\-]$")
ARM_ID = text("A full ARM id.", pattern="^/")
ETAG = {"ETag": "Names this state of it."}
LOCATION = {"Location": "Where to follow what was started."}

ERROR_SCHEMAS: dict[str, Schema] = {
    "Error": record(
        {
            "error": record(
                {"code": text(), "message": text()},
                {"details": array(reference("Problem"), "Every fault, with its place.")},
            )
        },
        description="ARM's error body.",
    ),
    "Problem": record({"code": text(), "message": text(), "target": text("Its place in what was sent.")}),
    "BuildError": record(
        {
            "code": text("An entry of docs/errors.md, or Azure's own."),
            "message": text(),
            "stage": text(),
            "retryable": {"type": "boolean"},
            "details": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ),
}
EVERYWHERE = (
    (401, "No token, or none that counts."),
    (403, "The caller lacks the role."),
    (413, "The body is larger than 2 MiB."),
    (429, "Too many requests of this caller; `Retry-After` says when to come back."),
    (500, "Kiln cannot do it, and trying again will not help; the code says why."),
    (503, "Azure did not answer; try again after `Retry-After`."),
)


def refused(status: int, description: str) -> Reply:
    return Reply(status, description, reference("Error"))


INVALID = refused(400, "What was sent is faulty; `details` has every fault with its place.")


def run_parameter() -> Parameter:
    return path_parameter("run", "The run's id.", text(most=90))


def dry_run(description: str) -> Parameter:
    return query("dryRun", description, {"type": "string", "enum": ["true", "false"]})


def or_null(name: str) -> Schema:
    return nullable(reference(name))
