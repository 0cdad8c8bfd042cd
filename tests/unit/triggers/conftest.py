"""What the door looks a request's scope up in; nothing behind it is reached."""

from dataclasses import dataclass

import pytest

from shared.domain.run import Run
from shared.domain.template_operation import TemplateOperation
from shared.settings import Settings
from tests.unit.triggers.scene import RUN_OF, SUBSCRIPTION
from triggers import authorise


@dataclass
class Runs:
    """Each template has one run."""

    def get(self, run_id: str) -> Run | None:
        found = [address for address, run in RUN_OF.items() if run == run_id]
        return Run(run_id, found[0].id, "westeurope") if found else None


@dataclass
class Operations:
    """An operation's id is the group of its template."""

    def get(self, operation_id: str) -> TemplateOperation | None:
        found = [address for address in RUN_OF if address.resource_group == operation_id]
        return TemplateOperation(operation_id, found[0], "westeurope", "") if found else None


@dataclass
class Known:
    settings: Settings
    runs: Runs
    operations: Operations


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known(Settings(SUBSCRIPTION), Runs(), Operations())
    monkeypatch.setattr(authorise, "services", lambda: known)
    monkeypatch.delenv("KILN_SUBSCRIPTION_ID", raising=False)
