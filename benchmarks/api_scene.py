"""What the reads of the API are measured over: runs, their logs, images and templates."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.domain.names import DEPROVISION, new_run_id, step_script
from shared.domain.published_image import PublishedImage
from shared.domain.run import Output, Phase, Progress, Run, RunState, Stage, StageRecord, StepRecord
from shared.domain.template_record import ProvisioningState, TemplateAddress, TemplateRecord
from shared.services import Services, make_services
from shared.settings import Settings

TEMPLATE_COUNT, VERSIONS_OF_EACH = 50, 20
GOING_ON, WITH_LOGS = 8, 200  # of the newest runs
LOG_LINES = 400
SPACING = timedelta(minutes=7)
GROUP, LOCATION, API_VERSION = "images", "westeurope", "2025-10-01"
STATES = (RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.FAILED)
BASE = "debian:debian-12:12-gen2:12.20260101.1"
EXAMPLE = Path("examples/debian-nginx.json")


@dataclass(frozen=True)
class Scene:
    """Where it is, and what can be asked for; runs with the newest first."""

    subscription: str
    runs: tuple[str, ...]

    @property
    def logged(self) -> tuple[str, ...]:
        return self.runs[:WITH_LOGS]

    def template(self, number: int) -> str:
        return f"template-{number % TEMPLATE_COUNT}"

    def definition(self, number: int) -> str:
        gallery = f"/subscriptions/{self.subscription}/resourceGroups/{GROUP}/providers/Microsoft.Compute"
        return f"{gallery}/galleries/images/images/{self.template(number)}"


def fill(storage: str, subscription: str, count: int) -> Scene:
    """Writes everything through the product's own catalog."""
    kiln = make_services(Settings(subscription, storage_connection=storage))
    made = list(runs(subscription, count))
    scene = Scene(subscription, tuple(run.id for run in made))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(kiln.runs.add, made))
        list(pool.map(kiln.images.add, published(scene)))
        list(pool.map(kiln.templates.add, stored(scene)))
        list(pool.map(lambda run_id: write_logs(kiln, run_id), scene.logged))
    return scene


def runs(subscription: str, count: int) -> Iterator[Run]:
    """One every seven minutes until now, of fifty templates in turn; the newest first."""
    now = datetime.now(UTC).replace(microsecond=0)
    for index in range(count):
        created = now - index * SPACING
        name = f"template-{index % TEMPLATE_COUNT}"
        address = TemplateAddress(subscription, GROUP, name)
        run = Run(new_run_id(name, created, str(index)), address.id, LOCATION, created_at=created.isoformat())
        yield going_on(run) if index < GOING_ON else ended(run, created, STATES[index % len(STATES)])


def going_on(run: Run) -> Run:
    """In its second step."""
    done = StepRecord(0, "Shell", "install", Progress.SUCCEEDED, 0, run.created_at, run.created_at, rounds=1)
    now = replace(done, index=1, name="configure", state=Progress.RUNNING, exit_code=None, ended_at="")
    started = replace(run, state=RunState.RUNNING, stage=Stage.CUSTOMIZE, started_at=run.created_at)
    return replace(started, source=BASE, steps=(done, now))


def ended(run: Run, created: datetime, state: RunState) -> Run:
    """As large as a run of two customizers and one output is."""
    at = (created + timedelta(minutes=5)).isoformat()
    step = StepRecord(0, "Shell", "install", Progress.SUCCEEDED, 0, run.created_at, at, rounds=1)
    return replace(
        run,
        state=state,
        source=BASE,
        stages=tuple(StageRecord(stage, Progress.SUCCEEDED, run.created_at, at) for stage in Stage),
        steps=(step, replace(step, index=1, name="configure")),
        outputs=(Output("gallery", "SharedImage", Progress.SUCCEEDED, version="1.0.0"),),
        started_at=run.created_at,
        ended_at=at,
    )


def published(scene: Scene) -> Iterator[PublishedImage]:
    for number in range(TEMPLATE_COUNT * VERSIONS_OF_EACH):
        of, version = scene.definition(number), f"1.0.{number // TEMPLATE_COUNT}"
        template = TemplateAddress(scene.subscription, GROUP, scene.template(number)).id
        yield PublishedImage(
            id=f"{of}/versions/{version}",
            definition_id=of,
            version=version,
            parent=BASE,
            template_id=template,
            run_id=scene.runs[number % len(scene.runs)],
            published_at="2026-01-01T00:00:00+00:00",
            regions=(LOCATION,),
        )


def stored(scene: Scene) -> Iterator[TemplateRecord]:
    document = json.loads(EXAMPLE.read_text())
    for number in range(TEMPLATE_COUNT):
        yield TemplateRecord(
            address=TemplateAddress(scene.subscription, GROUP, scene.template(number)),
            location=LOCATION,
            document=document,
            api_version=API_VERSION,
            state=ProvisioningState.SUCCEEDED,
            operation="",
            last_run=scene.runs[number % len(scene.runs)],
        )


def write_logs(kiln: Services, run_id: str) -> None:
    """What three scripts wrote, some 50 KiB."""
    for name in (step_script(Phase.CUSTOMIZE, 0), step_script(Phase.CUSTOMIZE, 1), DEPROVISION):
        text = "".join(f"{number:06d} Setting up a package of {name} ...\n" for number in range(LOG_LINES))
        kiln.blobs.write(kiln.documents.log_path(run_id, name), text.encode())
