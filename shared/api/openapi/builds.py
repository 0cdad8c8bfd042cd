"""Runs: start, list, follow, read the log, cancel."""

from shared.api.openapi.common import (
    ARM_ID,
    ETAG,
    GROUP,
    INVALID,
    LOCATION,
    NAME,
    or_null,
    refused,
    run_parameter,
)
from shared.api.openapi.model import Area, Reply, Route, header, query
from shared.api.openapi.schema import (
    Schema,
    anything,
    array,
    flag,
    mapping,
    moment,
    nullable,
    one_of,
    record,
    reference,
    text,
    whole,
)
from shared.api.run_query import LONGEST_WAIT_SECONDS, MOST_RUNS
from shared.domain.layers import CacheUse
from shared.domain.run import Progress, RunState, Stage

NO_RUN = refused(404, "There is no run of that id.")
_STATES = [state.value for state in RunState]
_STAGES = [stage.value for stage in Stage]
_PROGRESS = [progress.value for progress in Progress]
_CACHE = flag("Whether the build may begin with a layer of an earlier one; true unless given.")
_TIMES = {"startedAt": nullable(moment()), "endedAt": nullable(moment())}

INLINE: Schema = record(
    {"name": NAME, "template": anything("An image template, as docs/template.md describes it.")},
    {"resourceGroup": GROUP, "parameters": reference("Parameters"), "cache": _CACHE},
)
STORED: Schema = record({"templateId": ARM_ID}, {"parameters": reference("Parameters"), "cache": _CACHE})
_STEP: dict[str, Schema] = {
    "index": whole(),
    "type": text(),
    "name": text(),
    "state": one_of(_PROGRESS),
    "exitCode": {"type": ["integer", "null"]},
    **_TIMES,
}
_CUSTOMIZER: dict[str, Schema] = {
    "cache": nullable(one_of([use.value for use in CacheUse], "Whether it was in the layer begun with.")),
    "cacheReason": nullable(text("Why it was not.")),
}

SCHEMAS: dict[str, Schema] = {
    "Parameters": mapping(text(), "Values of the template's placeholders, `<name>` in its strings."),
    "BuildRequest": {"anyOf": [INLINE, STORED]},
    "Run": record(
        {
            "id": text(),
            "templateId": text(),
            "templateName": text(),
            "resourceGroup": text(),
            "location": text(),
            "state": one_of(_STATES),
            "stage": nullable(one_of(_STAGES)),
            "builtBy": nullable(text("Who, or what, asked for it.")),
            "createdAt": nullable(moment()),
            **_TIMES,
            "source": nullable(record({"exactVersion": text()})),
            "stages": array(record({"name": one_of(_STAGES), "state": one_of(_PROGRESS), **_TIMES})),
            "steps": array(reference("Customizer"), "The customizers."),
            "validations": array(reference("Step"), "The validators."),
            "outputs": array(reference("Output")),
            "error": or_null("BuildError"),
            "keptUntil": nullable(moment("When what a failed run left for its user is deleted.")),
            "retryOf": nullable(text()),
            "redistributeOf": nullable(text()),
            "notes": array(text()),
        }
    ),
    "Step": record(_STEP),
    "Customizer": record({**_STEP, **_CUSTOMIZER}),
    "Output": record(
        {
            "name": text(),
            "type": text(),
            "state": one_of(_PROGRESS),
            "id": nullable(text("A full ARM id.")),
            "uri": nullable(text("Where a VHD lies.")),
            "version": nullable(text()),
            "regions": array(reference("RegionProgress")),
            "error": or_null("BuildError"),
        }
    ),
    "RegionProgress": record({"name": text(), "state": text(), "progress": whole("Percent.", most=100)}),
    "Redistribution": record(
        {"distribute": array({"type": "object"}, "Distributors, as a template has them.")}
    ),
    "RunPage": record(
        {
            "value": array(reference("Run")),
            "continuationToken": nullable(text("Asks for the next page; null on the last one.")),
        }
    ),
}

LIST_PARAMETERS = (
    query("limit", "Runs of one page, 50 unless given.", whole(least=1, most=MOST_RUNS)),
    query("state", f"One state or several, with commas: {', '.join(_STATES)}.", text()),
    query("template", "A template's name, or its full ARM id.", text()),
    query("since", "Runs created at that time or later (ISO 8601).", moment()),
    query("until", "Runs created before that time (ISO 8601).", moment()),
    query("continuationToken", "Of the page before, with the same filters.", text()),
)
FOLLOW_PARAMETERS = (
    query("waitSeconds", "Wait so long for a change.", whole(most=LONGEST_WAIT_SECONDS)),
    query("after", "The ETag of the state that is known: answer when there is another.", text()),
    header("If-None-Match", "The same as `after`.", text()),
)
LOG_PARAMETERS = (
    query("offset", "The first byte wanted.", whole(most=10**15 - 1)),
    header("Range", "`bytes=first-` or `bytes=first-last`; other ranges are not looked at.", text()),
)
LOG_HEADERS = {
    "x-kiln-next-offset": "Where the next bytes begin.",
    "x-kiln-complete": "`true` when the log will not grow behind these bytes.",
}

AREA = Area(
    "builds",
    "Runs: start, list, follow, cancel.",
    (
        Route(
            "POST",
            "/builds",
            "startBuild",
            "Starts a run, of a template in the body or of a stored one.",
            (
                Reply(202, "The run.", reference("Run"), headers=LOCATION),
                INVALID,
                refused(404, "There is no such template."),
                refused(409, "The stored template is not ready, or a run of it goes on."),
            ),
            body=reference("BuildRequest"),
        ),
        Route(
            "GET",
            "/builds",
            "listBuilds",
            "Lists runs, the newest first.",
            (Reply(200, "A page of runs.", reference("RunPage")), INVALID),
            LIST_PARAMETERS,
        ),
        Route(
            "GET",
            "/builds/{run}",
            "getBuild",
            "A run; with `waitSeconds`, as soon as it changes. One that has ended is answered at once.",
            (
                Reply(200, "The run.", reference("Run"), headers=ETAG),
                Reply(304, "It is as the caller knows it.", headers=ETAG),
                INVALID,
                NO_RUN,
            ),
            (run_parameter(), *FOLLOW_PARAMETERS),
        ),
        Route(
            "GET",
            "/builds/{run}/logs",
            "getBuildLog",
            "The output of the run's scripts, at most 1 MiB of it, while it grows.",
            (
                Reply(200, "The log from `offset` on.", text(), "text/plain", LOG_HEADERS),
                Reply(206, "The bytes that `Range` asks for.", text(), "text/plain", LOG_HEADERS),
                INVALID,
                NO_RUN,
                refused(416, "There are no such bytes, or not yet."),
            ),
            (run_parameter(), *LOG_PARAMETERS),
        ),
        Route(
            "POST",
            "/builds/{run}/approve",
            "approveBuild",
            "Approves the publishing of the run's image, or refuses it.",
            (
                Reply(202, "The run.", reference("Run")),
                INVALID,
                NO_RUN,
                refused(409, "The run waits for no approval now."),
            ),
            (run_parameter(),),
            reference("Decision"),
        ),
        Route(
            "POST",
            "/builds/{run}/cancel",
            "cancelBuild",
            "Asks the run to end; one that has ended stays as it is.",
            (Reply(202, "The run.", reference("Run")), NO_RUN),
            (run_parameter(),),
        ),
        Route(
            "POST",
            "/builds/{run}/retry",
            "retryBuild",
            "Starts a failed run again, in the VM that it kept or else from its beginning.",
            (
                Reply(202, "The new run.", reference("Run"), headers=LOCATION),
                NO_RUN,
                refused(409, "The run goes on, or succeeded."),
            ),
            (run_parameter(),),
        ),
        Route(
            "POST",
            "/builds/{run}/redistribute",
            "redistributeBuild",
            "Publishes what the run published to further places, without building it again.",
            (
                Reply(202, "The new run.", reference("Run"), headers=LOCATION),
                INVALID,
                NO_RUN,
                refused(409, "The run has published nothing."),
            ),
            (run_parameter(),),
            body=reference("Redistribution"),
        ),
    ),
    SCHEMAS,
)
