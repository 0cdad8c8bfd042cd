"""What can be wrong with a template: every fault with its place, all of them at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """`path` is a place in the template: `resources[0].properties.source`, `parameters.name.defaultValue`."""

    path: str
    message: str


class TemplateError(Exception):
    """A template that cannot be expanded; `faults` in the order in which they were found, at least one."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in self.faults))


class ExpressionError(Exception):
    """One expression that cannot be evaluated; whoever knows its place makes a fault of it."""


class FollowingError(ExpressionError):
    """An expression uses what is faulty itself; that fault is told, this one would only follow from it."""


@dataclass
class Faults:
    """The faults found so far; `count` includes those that only follow from others."""

    found: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, path: str, message: str) -> None:
        self.count += 1
        fault = Fault(path, message)
        if fault not in self.found:
            self.found.append(fault)

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        """Turns the fault of an expression into one with its place, and goes on behind the block."""
        try:
            yield
        except FollowingError:
            self.count += 1
        except ExpressionError as error:
            self.add(path, str(error))

    def raise_any(self) -> None:
        if self.found:
            raise TemplateError(self.found)
