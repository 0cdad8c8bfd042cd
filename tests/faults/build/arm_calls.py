"""The ARM calls of a build, the rows of the fault matrix: read off the recording of a real build."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain.names import RunNames

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
POLLS = {"operations", "operationresults", "operationstatuses"}
NAMED = {"runCommands"}  # one type, but a different call for each name


@dataclass(frozen=True)
class Lane:
    """What tells the calls of one build from those of others at the same time: its names and its region."""

    name: str
    location: str


@dataclass(frozen=True)
class ArmCall:
    """`shape` is the path with `{name}` and `{location}` of the lane, and `{id}` for what differs by run."""

    method: str
    shape: str
    begins_operation: bool

    @property
    def label(self) -> str:
        """What it is about: `PUT networkInterfaces`, `POST deallocate`, `GET operations (Network)`."""
        parts = self.shape.strip("/").split("/")
        if self.method == "POST":
            return f"POST {parts[-1]}"
        if "providers" not in parts:
            return f"{self.method} {parts[-2]}"
        provider, *rest = parts[parts.index("providers") + 1 :]
        types, names = rest[::2], rest[1::2]
        if types[-1].lower() in POLLS:
            return f"{self.method} {types[-1]} ({provider.removeprefix('Microsoft.')})"
        told = f" {names[-1]}" if types[-1] in NAMED else ""
        listed = " (list)" if len(names) < len(types) else " (layer)" if self.concerns_layers else ""
        return f"{self.method} {'/'.join(types[-2:])}{told}{listed}"

    @property
    def runs_script(self) -> bool:
        """Whether the outcome is the script's own, whatever becomes of the operation that brought it."""
        return "/runCommands/" in self.shape

    @property
    def undoes(self) -> bool:
        """Whether it is done once what it concerns is gone. Only deletions have nothing but a result URL."""
        path = self.shape.lower()
        return self.method == "DELETE" or path.endswith("/endgetaccess") or "/operationresults/" in path

    @property
    def concerns_layers(self) -> bool:
        """Whether a build can do without: it is about what later builds may begin with."""
        is_list = self.method == "GET" and self.shape.lower().endswith("/snapshots")
        return is_list or "/snapshots/kiln-layer-" in self.shape

    def pattern(self, lane: Lane) -> str:
        """A regular expression for `METHOD /path` of this call in a build of that lane."""
        path = re.escape(self.shape.format(name=lane.name, location=lane.location, id="ANY"))
        return f"^{self.method} {path.replace('ANY', '[^/]+')}/?$"


def calls_of(exchanges: Iterable[dict[str, Any]], run_id: str, lane: Lane) -> list[ArmCall]:
    """Each different call once, in the order of their first time."""
    found: dict[tuple[str, str], bool] = {}
    for exchange in exchanges:
        key = (exchange["method"], _shape(exchange["path"], run_id, lane))
        headers = {name.lower() for name in exchange["headers"]}
        begins = exchange["method"] != "GET" and bool({"azure-asyncoperation", "location"} & headers)
        found[key] = found.get(key, False) or begins
    return [ArmCall(method, shape, begins) for (method, shape), begins in found.items()]


def _shape(path: str, run_id: str, lane: Lane) -> str:
    path = _UUID.sub("{id}", path)
    for value, mark in (
        (RunNames(run_id).short, "{id}"),
        (lane.name, "{name}"),
        (lane.location, "{location}"),
    ):
        path = path.replace(value, mark)
    return path
