"""Makes the first use of an SDK model safe when several threads make it at once.

The management SDKs work out a model class's fields when its first instance is made, and change the class
while they read it: two activities of a process that has just started then meet in "RuntimeError: dictionary
changed size during iteration". Seen with azure-mgmt-network 33; a lock around the first instance is enough.
"""

from threading import RLock
from typing import Any

from azure.mgmt.compute.models import VirtualMachine
from azure.mgmt.network.models import VirtualNetwork
from azure.mgmt.resource.resources.models import ResourceGroup

_first = RLock()  # making a class ready may make others ready
_done: set[type] = set()


def guard_models() -> None:
    """Guards the models of all packages used here; to be called before they are. Twice is as good as once."""
    for model in (VirtualMachine, VirtualNetwork, ResourceGroup):
        for base in model.__mro__:
            if base.__name__ == "Model" and hasattr(base, "_calculated") and base not in _done:
                _done.add(base)
                _guard(base)


def _guard(base: Any) -> None:  # noqa: ANN401 - a private class of the SDK
    make = base.__new__

    def guarded(cls: Any, *args: object, **kwargs: object) -> object:  # noqa: ANN401 - as above
        if f"{cls.__module__}.{cls.__qualname__}" in cls._calculated:
            return make(cls, *args, **kwargs)
        with _first:
            return make(cls, *args, **kwargs)

    base.__new__ = staticmethod(guarded)
