"""Why a build failed: a value that travels through the orchestration, and the exceptions that carry it.

BuildFailed             permanent: retrying the same call cannot help
TransientError          worth another try after a pause; the Durable retry policy repeats the activity
ConflictError           a concurrent writer was faster (ETag); read again and repeat
"""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class BuildError:
    """One cause, fit to be shown. Every `code` has an entry in docs/errors.md.

    `details` are short facts (customizer, exitCode, output …); they never hold secrets.
    """

    code: str
    message: str
    stage: str = ""
    retryable: bool = False
    details: dict[str, str] = field(default_factory=dict)

    def at(self, stage: str) -> "BuildError":
        """The same error, placed in `stage` unless it names one."""
        return self if self.stage else replace(self, stage=stage)


class BuildFailed(Exception):
    """A permanent failure with its cause."""

    def __init__(self, error: BuildError) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.error = error


class TransientError(Exception):
    """The service did not answer or asked for patience; the same call may succeed later.

    `code` is Azure's, empty when there was no answer. `wait_seconds` is how long the service wants to be left
    alone, 0 when it did not say. `throttled` calls are repeated for as long as the run has time.
    """

    def __init__(
        self, message: str, *, code: str = "", wait_seconds: float = 0.0, throttled: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.wait_seconds = wait_seconds
        self.throttled = throttled
