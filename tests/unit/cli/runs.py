"""Runs as Kiln's API answers them, for the tests."""

from cli.json_types import Json

RUN_ID = "web-20260301t120000-abc123"
STAGES = ("stage", "provision", "customize", "capture", "replicate", "cleanup")


def at(second: float) -> str:
    return f"2026-03-01T12:00:{second:06.3f}+00:00"


def stage(name: str, state: str, started: float | None = None, ended: float | None = None) -> Json:
    return {
        "name": name,
        "state": state,
        "startedAt": None if started is None else at(started),
        "endedAt": None if ended is None else at(ended),
    }


def cached_step(index: int, name: str) -> Json:
    """A customizer that was in the layer which the VM began with."""
    times = {"startedAt": None, "endedAt": None}
    return {**step(index, name, "Skipped", 0, None, None), **times, "cache": "hit", "cacheReason": None}


def step(index: int, name: str, state: str, started: float, ended: float | None, code: int | None) -> Json:
    return {
        "index": index,
        "type": "Shell",
        "name": name,
        "state": state,
        "exitCode": code,
        "startedAt": at(started),
        "endedAt": None if ended is None else at(ended),
        "cache": "miss",
        "cacheReason": "no layer of it is kept",
    }


def run(state: str, **fields: object) -> Json:
    return {
        "id": RUN_ID,
        "templateId": "/subscriptions/s/resourceGroups/kiln/providers/x/imageTemplates/web",
        "templateName": "web",
        "resourceGroup": "kiln",
        "location": "westeurope",
        "state": state,
        "stage": None,
        "builtBy": "ada@example.org (User 1111)",
        "createdAt": at(0),
        "startedAt": at(0),
        "endedAt": None,
        "stages": [],
        "steps": [],
        "source": {"exactVersion": "Debian:debian-12:12-gen2:12.20260301.1"},
        "validations": [],
        "outputs": [],
        "error": None,
        "keptUntil": None,
        "retryOf": None,
        "redistributeOf": None,
        "notes": [],
        **fields,
    }


def queued() -> Json:
    return run("Queued", stages=[stage(name, "Pending") for name in STAGES])


def customizing() -> Json:
    return run(
        "Running",
        stage="customize",
        stages=[
            stage("stage", "Succeeded", 0, 0.4),
            stage("provision", "Succeeded", 0.4, 2.5),
            stage("customize", "Running", 2.5),
            *(stage(name, "Pending") for name in STAGES[3:]),
        ],
        steps=[
            step(0, "install nginx", "Succeeded", 2.5, 3.7, 0),
            step(1, "configure", "Running", 3.7, None, None),
        ],
    )


def succeeded() -> Json:
    return run(
        "Succeeded",
        endedAt=at(9),
        stages=[
            stage("stage", "Succeeded", 0, 0.4),
            stage("provision", "Succeeded", 0.4, 2.5),
            stage("customize", "Succeeded", 2.5, 4.1),
            stage("capture", "Succeeded", 4.1, 5),
            stage("replicate", "Succeeded", 5, 7.25),
            stage("cleanup", "Succeeded", 7.25, 9),
        ],
        steps=[
            step(0, "install nginx", "Succeeded", 2.5, 3.7, 0),
            step(1, "configure", "Succeeded", 3.7, 4.0, 0),
        ],
        outputs=[
            {
                "name": "gallery",
                "type": "SharedImage",
                "id": "/subscriptions/s/g/versions/1.0.0",
                "uri": None,
                "version": "1.0.0",
                "regions": [{"name": "West Europe", "state": "Completed", "progress": 100}],
            },
            {
                "name": "vhd",
                "type": "VHD",
                "id": None,
                "uri": "http://x/y.vhd",
                "version": None,
                "regions": [],
            },
        ],
    )


def failed() -> Json:
    return run(
        "Failed",
        endedAt=at(5),
        stages=[
            stage("stage", "Succeeded", 0, 0.4),
            stage("provision", "Succeeded", 0.4, 2.5),
            stage("customize", "Failed", 2.5, 4.0),
            stage("capture", "Skipped"),
            stage("replicate", "Skipped"),
            stage("cleanup", "Succeeded", 4.0, 4.5),
        ],
        steps=[
            step(0, "install nginx", "Succeeded", 2.5, 3.7, 0),
            step(1, "configure", "Failed", 3.7, 4.0, 7),
        ],
        error={
            "code": "CustomizerFailed",
            "message": "customizer 1 (configure) ended with exit code 7\nno such file\ngiving up",
            "stage": "customize",
            "details": {"exitCode": 7},
        },
    )
