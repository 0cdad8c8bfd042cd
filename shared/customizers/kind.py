"""What a customizer's file says about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.domain.steps import Step
from shared.domain.template import Customizer
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader

C = TypeVar("C", bound=Customizer)


@dataclass(frozen=True)
class CustomizerKind(Generic[C]):
    """One type of customizer.

    `read` takes every member but `type`; `to_json` writes those members again, with defaults left out;
    `step` says what runs in the VM, for a customizer at an index of the template's `customize`.
    """

    type: str
    read: Callable[[ObjectReader], C]
    to_json: Callable[[C], JsonObject]
    step: Callable[[int, C], Step]


def step_name(index: int, name: str) -> str:
    """The name that a step is shown under."""
    return name or f"customize[{index}]"
