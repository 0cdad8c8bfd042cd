"""prepare_template: what is wrong ends up in the operation; autoRun builds afterwards."""

from typing import Any

from orchestrators.prepare_template import prepare_template
from shared.domain.build import BuildRequest
from shared.domain.codec import to_json
from shared.domain.template_operation import AutoRun, PrepareRequest
from shared.domain.template_record import TemplateAddress
from tests.unit.orchestrators.fake_activities import failure, succeeding, value
from tests.unit.orchestrators.simulation import Simulation

REQUEST = to_json(
    PrepareRequest("99999999-8888-7777-6666-555555555555", TemplateAddress("s", "images", "web"))
)


def prepare(**activities: Any) -> tuple[Any, Simulation]:
    simulation = Simulation({**succeeding(), "check_template": lambda _: value(None), **activities})
    return simulation.run(prepare_template, REQUEST), simulation


def test_a_good_template_is_finished_without_an_error() -> None:
    error, simulation = prepare(finish_template=lambda _: value(AutoRun()))
    assert (error, simulation.calls) == (None, ["check_template", "finish_template"])
    assert simulation.inputs[-1][1]["error"] is None


def test_what_is_wrong_is_written_down() -> None:
    error, simulation = prepare(
        check_template=lambda _: failure("BadPIRSource"), finish_template=lambda _: value(AutoRun())
    )
    assert error["code"] == "BadPIRSource"
    assert simulation.inputs[-1][1]["error"]["code"] == "BadPIRSource"


def test_auto_run_builds_under_the_id_that_was_offered() -> None:
    def finish(payload: dict[str, Any]) -> Any:
        return value(AutoRun(BuildRequest(payload["run"], 240)))

    error, simulation = prepare(finish_template=finish)
    assert error is None
    opened = next(payload for name, payload in simulation.inputs if name == "open_run")
    offered = next(payload for name, payload in simulation.inputs if name == "finish_template")
    assert opened["run_id"] == offered["run"]
    assert offered["run"].startswith("web-20261121T120000-")
