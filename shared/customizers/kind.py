"""What a customizer's file says about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.domain.steps import Step
from shared.domain.template import Customizer
from shared.reading.codes import Code
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader

C = TypeVar("C", bound=Customizer)


@dataclass(frozen=True)
class Role:
    """What an item is there for. `place` is the list it stands in; AIB has codes for each role."""

    place: str
    bad_type: Code
    unsupported_type: Code
    no_script: Code


CUSTOMIZE = Role("customize", "BadCustomizerType", "UnsupportedCustomizerType", "NoCustomizerScript")
VALIDATE = Role("inVMValidations", "BadValidatorType", "UnsupportedValidatorType", "NoValidatorScript")


@dataclass(frozen=True)
class CustomizerKind(Generic[C]):
    """One type of customizer.

    `read` takes every member but `type`; `to_json` writes those members again, with defaults left out;
    `step` says what runs in the VM, for a customizer at an index of its list, which has a name. `os_type`
    (Linux or Windows) is what it runs on. Some may validate too; some are Kiln's own.
    """

    type: str
    read: Callable[[ObjectReader, Role], C]
    to_json: Callable[[C], JsonObject]
    step: Callable[[int, C], Step]
    os_type: Callable[[C], str]
    validates: bool = False
    kilns_own: bool = False


def on_linux(_: Customizer) -> str:
    return "Linux"


def on_windows(_: Customizer) -> str:
    return "Windows"
