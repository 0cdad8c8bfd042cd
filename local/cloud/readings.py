"""GETs outside a resource group: subscriptions, regions, catalogues. Each names its path as a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from local.cloud.requests import Answer, ArmRequest

Handler = Callable[[ArmRequest, Mapping[str, str]], Answer]


@dataclass(frozen=True)
class Reading:
    """`path` has names in braces (`/subscriptions/{subscription}/locations`); one segment each."""

    path: str
    handler: Handler
    method: str = "GET"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), re.IGNORECASE)

    def answer(self, request: ArmRequest) -> Answer | None:
        """None when the request is for something else."""
        match = self.pattern.fullmatch(request.path)
        if match is None or request.method != self.method:
            return None
        return self.handler(request, match.groupdict())
