"""Errors that cross the host's seams. The management API turns the client ones into status codes."""


class HostError(Exception):
    """The host cannot start or go on; the message is one clear sentence for the person at the terminal."""


class LoadError(HostError):
    """The app, host.json or a setting is wrong; the message names the file and the function."""


class InstanceNotFoundError(Exception):
    """No orchestration instance has this id (404)."""


class InstanceGoneError(Exception):
    """The instance is in a state that does not allow the operation (410)."""


class InvalidRequestError(Exception):
    """The request's arguments are wrong (400)."""


class InstanceConflictError(Exception):
    """A live instance with this id exists already (500, as the Durable extension answers)."""


class FunctionFailedError(Exception):
    """User code raised. `message` is `Type: text` as the language worker reports it, `stack` its trace."""

    def __init__(self, message: str, stack: str) -> None:
        super().__init__(message)
        self.message = message
        self.stack = stack


class FunctionTimeoutError(Exception):
    """An invocation ran longer than functionTimeout; its worker process was recycled."""


class WorkerLostError(Exception):
    """The worker process ended before it answered; the work must be delivered again."""
