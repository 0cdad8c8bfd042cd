"""What a customizer or a validator comes to in the build VM."""

from dataclasses import dataclass, field
from enum import StrEnum


class StepKind(StrEnum):
    SCRIPT = "script"  # one script through a Managed Run Command
    RESTART = "restart"  # a restart through the VM API, then `script` as the check that the VM is back


@dataclass(frozen=True)
class Artifact:
    """Bytes to fetch when a run is staged; `sha256`: 64 lowercase hex digits, "" if the template has none."""

    uri: str
    sha256: str = ""


@dataclass(frozen=True)
class Step:
    """One script that the build VM runs as root (Windows: as SYSTEM) through a Managed Run Command.

    `script` is the whole text, for `sh` or, in a Windows VM, PowerShell. A step with an `artifact` gets where
    its staged bytes are in the parameter KILN_ARTIFACT_URI (protected: it carries a SAS) and their digest in
    KILN_ARTIFACT_SHA256. `artifact_destination` is the path that a file ends at, "" for a script.
    `environment` are plain parameters; `secrets` map a protected parameter to the Key Vault secret it is
    resolved from. Any exit code but 0 fails the step: a script with other valid ones turns them into 0 and
    says so in its output. `timeout_seconds` of 0 is the rest of the build's time.
    """

    index: int
    type: str
    name: str
    script: str
    kind: StepKind = StepKind.SCRIPT
    artifact: Artifact | None = None
    artifact_destination: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    timeout_seconds: int = 0
