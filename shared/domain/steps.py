"""What a customizer or a validator comes to in the build VM."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.template import Cache

# The unprivileged user that runs Linux scripts, as at AIB. The first script that needs it makes it, with a
# home and password-less sudo; deprovisioning removes all three.
BUILD_USER = "kilnbuild"
BUILD_USER_HOME = f"/home/{BUILD_USER}"
BUILD_USER_SUDOERS = f"/etc/sudoers.d/90-{BUILD_USER}"

# A WindowsUpdate step that ends with this code has updates left: the VM is restarted and the step runs again.
# (Windows' own ERROR_SUCCESS_REBOOT_REQUIRED.)
RESTART_NEEDED = 3010

# What the names of the parameters begin with that carry a script's own variables.
VARIABLE_PREFIX = "KILN_ENV_"


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

    `script` is the whole text: for `sh` where `os_type` is Linux, for PowerShell where it is Windows (pure
    ASCII, so that no code page matters). A step with an `artifact` gets where its staged bytes are in the
    parameter KILN_ARTIFACT_URI (protected: it carries a SAS) and their digest in KILN_ARTIFACT_SHA256.
    `artifact_destination` is the path that a file ends at, "" for a script. `environment` are plain
    parameters; `secrets` map a protected parameter to the Key Vault secret it is resolved from; the names of
    both begin with VARIABLE_PREFIX, which the script takes off. Any exit code but 0 fails the step
    (WindowsUpdate has RESTART_NEEDED besides): a script with other valid ones turns them into 0 and says so
    in its output. `timeout_seconds` of 0 is the rest of the build's time.
    """

    index: int
    type: str
    name: str
    script: str
    kind: StepKind = StepKind.SCRIPT
    os_type: str = "Linux"
    artifact: Artifact | None = None
    artifact_destination: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    timeout_seconds: int = 0
    cache: Cache = Cache.ON
