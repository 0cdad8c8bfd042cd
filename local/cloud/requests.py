"""One ARM request after the front door, and what is answered to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.cloud.arm_ids import ArmId, ArmPath
from local.cloud.errors import ArmError
from local.cloud.json_types import Json


@dataclass(frozen=True)
class ArmRequest:
    """`query` has lower-case names; `fault` is a fault switched on for the operation that this begins."""

    method: str
    path: str
    target: ArmPath
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: bytes = b""
    fault: Json = field(default_factory=dict)

    @property
    def id(self) -> ArmId:
        return self.target.id

    @property
    def api_version(self) -> str:
        return self.query["api-version"]

    @property
    def expand(self) -> str:
        return self.query.get("$expand", "")

    def body(self) -> Json:
        """The JSON object sent; empty when nothing was. Raises ArmError 400 for anything else."""
        if not self.raw_body.strip():
            return {}
        try:
            document = json.loads(self.raw_body)
        except ValueError as error:
            message = f"The request content was invalid and could not be deserialized: '{error}'."
            raise ArmError(400, "InvalidRequestContent", message) from error
        if not isinstance(document, dict):
            raise ArmError(400, "InvalidRequestContent", "The request content must be a JSON object.")
        return document


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json | list[Json] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
