"""The documents of a run in blob storage, by path."""

import json
from dataclasses import dataclass, field
from typing import TypeVar

from shared.azure.storage import BlobStore
from shared.catalog.recent import Recent
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.plan import BuildPlan
from shared.template.api_versions import LATEST_API_VERSION

T = TypeVar("T")
KEPT_SIZES = 10_000
KEPT_PLANS = 100


@dataclass(frozen=True)
class StoredRequest:
    """What was asked for: an AIB template as its sender wrote it, where it belongs, and how to read it.

    `retry_of` and `redistribute_of` name the run that this one goes on from; `built_by` says who asked.
    Without `cache` it begins with the source, whatever layers there are.
    """

    name: str
    resource_group: str
    template: dict[str, object]
    api_version: str = LATEST_API_VERSION
    retry_of: str = ""
    redistribute_of: str = ""
    cache: bool = True
    built_by: str = ""


@dataclass(frozen=True)
class RunDocuments:
    """Paths and documents of runs. Scripts and files go with the run; the rest stays.

    `log_sizes` are the bytes of logs that do not grow any more, by path; `plans` those that do not change any
    more, by run.
    """

    blobs: BlobStore
    log_sizes: Recent[str, int] = field(default_factory=lambda: Recent(KEPT_SIZES))
    plans: Recent[str, BuildPlan] = field(default_factory=lambda: Recent(KEPT_PLANS))

    def script_path(self, run_id: str, name: str) -> str:
        return f"kiln/runs/{run_id}/scripts/{name}.sh"

    def artifact_path(self, run_id: str, name: str) -> str:
        return f"kiln/runs/{run_id}/scripts/{name}.artifact"

    def log_path(self, run_id: str, name: str) -> str:
        return f"kiln/runs/{run_id}/logs/{name}.log"

    def put_request(self, run_id: str, request: StoredRequest) -> None:
        self._put(f"kiln/runs/{run_id}/request.json", request)

    def get_request(self, run_id: str) -> StoredRequest:
        return self._get(f"kiln/runs/{run_id}/request.json", StoredRequest)

    def put_plan(self, plan: BuildPlan) -> None:
        self._put(f"kiln/runs/{plan.run_id}/plan.json", plan)

    def get_plan(self, run_id: str) -> BuildPlan:
        return self._get(f"kiln/runs/{run_id}/plan.json", BuildPlan)

    def settled_plan(self, run_id: str) -> BuildPlan:
        """The plan of a run whose build VM was made or is not needed: it has changed for the last time."""
        known = self.plans.get(run_id)
        if known is None:
            known = self.get_plan(run_id)
            self.plans.keep(run_id, known)
        return known

    def find_plan(self, run_id: str) -> BuildPlan | None:
        """The plan, None while the run has none."""
        data = self.blobs.read(f"kiln/runs/{run_id}/plan.json")
        return None if data is None else from_json(BuildPlan, json.loads(data))

    def delete_scripts(self, run_id: str) -> int:
        """Returns how many there were."""
        paths = list(self.blobs.list(f"kiln/runs/{run_id}/scripts/"))
        for path in paths:
            self.blobs.delete(path)
        return len(paths)

    def _put(self, path: str, document: object) -> None:
        self.blobs.write(path, json.dumps(to_json(document)).encode(), "application/json")

    def _get(self, path: str, kind: type[T]) -> T:
        data = self.blobs.read(path)
        if data is None:
            raise BuildFailed(BuildError("DocumentNotFound", f"there is no {path}"))
        return from_json(kind, json.loads(data))
