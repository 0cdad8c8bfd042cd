"""What a customizer comes to in the build VM."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """Bytes to fetch when a run is staged; `sha256`: 64 lowercase hex digits, "" if the template has none."""

    uri: str
    sha256: str = ""


@dataclass(frozen=True)
class Step:
    """One script that the build VM runs as root through a Managed Run Command.

    `script` is the whole text. A step with an `artifact` gets where its staged bytes are in the environment
    variable KILN_ARTIFACT_URI (a protected parameter: it carries a SAS) and may get their digest in
    KILN_ARTIFACT_SHA256. `artifact_destination` is the path that a file ends at, "" for a script.
    Any exit code but 0 fails the step.
    """

    index: int
    type: str
    name: str
    script: str
    artifact: Artifact | None = None
    artifact_destination: str = ""
