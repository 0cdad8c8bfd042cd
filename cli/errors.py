"""How a command ends other than well: one exception per exit code (design, section 5)."""

from collections.abc import Sequence


class CommandError(Exception):
    """Ends the command with `exit_code`; `code` is the machine's word for it, the message the user's."""

    exit_code = 1
    code = "CommandFailed"

    def __init__(self, message: str, *, code: str | None = None, details: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.details = details


class BuildFailedError(CommandError):
    """Exit 1: the build failed or was cancelled. `details[0]` is the run."""

    code = "BuildFailed"


class UsageError(CommandError):
    """Exit 2: the command was called wrongly, or names something that is not there."""

    exit_code = 2
    code = "BadUsage"


class BadTemplateError(UsageError):
    """Exit 2: the template cannot be built. `details` are the problems, as code, message and target."""

    code = "ValidationFailed"


class InvalidFileError(BadTemplateError):
    """Exit 2: a file with all its problems; `annotated` is the user's text with each faulty line marked."""

    def __init__(self, message: str, annotated: str, details: Sequence[object]) -> None:
        super().__init__(message, details=details)
        self.annotated = annotated


class UnreachableError(CommandError):
    """Exit 3: the service, or a local part of it, cannot be reached or does not start."""

    exit_code = 3
    code = "ServiceUnreachable"
