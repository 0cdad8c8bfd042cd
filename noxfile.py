"""What CI and developers run, one session each; `nox -s unit -- -k name` passes arguments on to pytest.

Sessions use the environment that `./kiln test` prepares, so that there is one set of pinned versions.
"""

import os
import sys
from pathlib import Path

import nox

AZURE_CLI = "azure-cli==2.91.0"

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "type", "arch", "unit", "conformance", "e2e"]


def _pytest(session: nox.Session, *arguments: str) -> None:
    session.run(sys.executable, "-m", "pytest", *arguments, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and format."""
    session.run(sys.executable, "-m", "ruff", "check")
    session.run(sys.executable, "-m", "ruff", "format", "--check")


@nox.session(name="type")
def check_types(session: nox.Session) -> None:
    """mypy --strict on everything that is not a test."""
    session.run(sys.executable, "-m", "mypy")


@nox.session
def arch(session: nox.Session) -> None:
    """The dependency rule."""
    session.run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()")


@nox.session
def unit(session: nox.Session) -> None:
    """One piece at a time, and recorded histories of the orchestrations."""
    _pytest(session, "-n", "auto", "tests/unit", "tests/replay")


@nox.session
def conformance(session: nox.Session) -> None:
    """The local parts against the real SDKs and contracts."""
    _pytest(session, "-n", "auto", "tests/conformance")


@nox.session
def e2e(session: nox.Session) -> None:
    """Whole builds through everything."""
    _pytest(session, "tests/e2e")


@nox.session
def faults(session: nox.Session) -> None:
    """Fault matrices and soaks: minutes."""
    _pytest(session, "-m", "slow", "tests")


@nox.session
def boot(session: nox.Session) -> None:
    """Boots built images in QEMU."""
    _pytest(session, "-m", "boot", "tests")


@nox.session
def api(session: nox.Session) -> None:
    """Kiln's own API under many made-up requests, and 5,000 bad templates: half an hour."""
    session.env.update(KILN_API_EXAMPLES="300", KILN_BAD_TEMPLATES="5000")
    _pytest(session, "--timeout", "3600", "tests/e2e/test_api_contract.py")


@nox.session
def az(session: nox.Session) -> None:
    """A whole session of azure-cli, unmodified, in an environment of its own: its SDKs are not Kiln's."""
    environment = Path(os.environ.get("KILN_HOME", ".kiln")) / "az"
    if not (environment / "bin" / "az").exists():
        session.run(sys.executable, "-m", "venv", str(environment))
        pip = str(environment / "bin" / "pip")
        session.run(pip, "install", "--quiet", AZURE_CLI, external=True)
    _pytest(session, "-m", "az", "tests/conformance/image_builder")


@nox.session
def bench(session: nox.Session) -> None:
    """Times builds, and writes the table of docs/performance.md."""
    session.run(sys.executable, "-m", "benchmarks.build_local", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """Every ARM call of a build with every fault, written into docs/reliability.md: a quarter of an hour."""
    session.run(sys.executable, "-m", "tests.faults.build.matrix", *session.posargs)


@nox.session
def kills(session: nox.Session) -> None:
    """200 builds killed at random moments, written into docs/reliability.md: twenty minutes."""
    session.run(sys.executable, "-m", "tests.faults.build.kills", *session.posargs)
