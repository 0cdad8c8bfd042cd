"""What is fixed when the cloud starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SUBSCRIPTION_ID = "5ca1ab1e-0000-4000-8000-000000000001"
TENANT_ID = "5ca1ab1e-0000-4000-8000-0000000000aa"


@dataclass(frozen=True)
class CloudSettings:
    """`arm` is the address clients use, without a slash at its end."""

    arm: str
    identity: str
    data: Path
    storage: str
    first_retry_after_ms: int = 50
    retry_after_ms: int = 50
    retry_after_seconds: int | None = None
    cores_quota: int = 100
    subscription_id: str = SUBSCRIPTION_ID
    tenant_id: str = TENANT_ID

    def first_headers(self) -> dict[str, str]:
        """When to ask first."""
        if self.retry_after_seconds:
            return self.polling_headers()
        return {"x-ms-retry-after-ms": str(self.first_retry_after_ms)}

    def polling_headers(self) -> dict[str, str]:
        """When to ask again. Azure's clients treat `Retry-After: 0` as 30 s, so the default is the finer
        header."""
        if self.retry_after_seconds:
            return {"Retry-After": str(self.retry_after_seconds)}
        return {"x-ms-retry-after-ms": str(self.retry_after_ms)}
