"""Plain lines, as pipes and CI logs get them."""

from cli.models import Run
from cli.render.plain import PlainRenderer
from tests.unit.cli import runs

SUCCESS = """\
run web-20260301t120000-abc123
stage      ok 0.4 s
provision  ok 2.1 s
  | Reading package lists
customize  [1/2] Shell install nginx … ok 1.2 s
customize  [2/2] Shell configure …
  | configured
customize  [2/2] Shell configure … ok 0.3 s
customize  ok 1.6 s
capture    ok 0.9 s
replicate  ok 2.2 s
cleanup    ok 1.8 s
gallery (SharedImage): /subscriptions/s/g/versions/1.0.0
  regions: West Europe Completed
vhd (VHD): http://x/y.vhd
web-20260301t120000-abc123 Succeeded in 9.0 s
"""

FAILURE = """\
run web-20260301t120000-abc123
stage      ok 0.4 s
provision  ok 2.1 s
  | no such file
customize  [1/2] Shell install nginx … ok 1.2 s
customize  [2/2] Shell configure … failed (exit code 7) 0.3 s
customize  failed 1.5 s
cleanup    ok 0.5 s
CustomizerFailed in stage customize: customizer 1 (configure) ended with exit code 7
  customizer [2/2] Shell configure, exit code 7
  | no such file
  | giving up
web-20260301t120000-abc123 Failed in 5.0 s
"""


def test_a_run_that_succeeds() -> None:
    lines: list[str] = []
    renderer = PlainRenderer(lines.append)
    renderer.show(Run.read(runs.queued()), [])
    renderer.show(Run.read(runs.customizing()), ["Reading package lists"])
    renderer.show(Run.read(runs.customizing()), [])
    renderer.show(Run.read(runs.succeeded()), ["configured"])
    renderer.finish(Run.read(runs.succeeded()))
    assert "\n".join(lines) + "\n" == SUCCESS


def test_a_run_that_fails() -> None:
    lines: list[str] = []
    renderer = PlainRenderer(lines.append)
    renderer.show(Run.read(runs.failed()), ["no such file"])
    renderer.finish(Run.read(runs.failed()))
    assert "\n".join(lines) + "\n" == FAILURE


def test_a_customizer_out_of_a_layer_is_told_once() -> None:
    lines: list[str] = []
    renderer = PlainRenderer(lines.append)
    run = Run.read(runs.run("Running", steps=[runs.cached_step(0, "install nginx")]))
    renderer.show(run, [])
    renderer.show(run, [])
    assert lines == [f"run {runs.RUN_ID}", "customize  [1/1] Shell install nginx … cached"]
