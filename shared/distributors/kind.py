"""What a distributor's file says about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.domain.template import Distributor, OsState
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader

D = TypeVar("D", bound=Distributor)


@dataclass(frozen=True)
class Common:
    """What every distributor has."""

    run_output_name: str
    artifact_tags: dict[str, str]


@dataclass(frozen=True)
class Home:
    """What a distributor may need of its template; `location` is in ARM's short form, "" if faulty.

    `architecture` is that of the source as far as the template says it: "" for most.
    """

    location: str
    subscription_id: str
    os_state: OsState = OsState.GENERALIZED
    architecture: str = ""


@dataclass(frozen=True)
class DistributorKind(Generic[D]):
    """One type of distributor.

    `read` takes every member but `type` and the common ones; `to_json` writes those members again.
    """

    type: str
    read: Callable[[ObjectReader, Common, Home], D]
    to_json: Callable[[D], JsonObject]
