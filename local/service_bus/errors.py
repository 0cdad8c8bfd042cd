"""Refusals, as Service Bus words them. One exception carries what a link and a $management answer need.

Source: "AMQP errors in Azure Service Bus" and "AMQP request-response operations" of Microsoft's
documentation.
"""


class BusError(Exception):
    """`condition` is the AMQP error symbol, `status` the code of a $management, $cbs or HTTP answer."""

    def __init__(self, condition: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.condition = condition
        self.description = description
        self.status = status


class ConfigError(Exception):
    """The command line or the configuration file is wrong; the message names each place."""


def entity_not_found(path: str) -> BusError:
    return BusError("amqp:not-found", f"The messaging entity '{path}' could not be found.", 404)


def message_lock_lost() -> BusError:
    text = "The lock supplied is invalid. Either the lock expired, or the message has already been removed."
    return BusError("com.microsoft:message-lock-lost", text, 410)


def session_lock_lost(session_id: str) -> BusError:
    text = f"The lock on session '{session_id}' has expired or was released; accept the session again."
    return BusError("com.microsoft:session-lock-lost", text, 410)


def session_cannot_be_locked(session_id: str) -> BusError:
    text = f"The requested session '{session_id}' cannot be accepted. It is locked by another receiver."
    return BusError("com.microsoft:session-cannot-be-locked", text, 410)


def message_not_found(sequence: int) -> BusError:
    text = f"The message with sequence number {sequence} could not be found in the asked-for state."
    return BusError("com.microsoft:message-not-found", text, 404)


def timed_out() -> BusError:
    text = "The operation did not complete within the allotted time."
    return BusError("com.microsoft:timeout", text, 408)


def message_too_large(size: int, limit: int) -> BusError:
    text = f"The message of {size} bytes is larger than the {limit} bytes this entity takes."
    return BusError("amqp:link:message-size-exceeded", text, 413)


def invalid(text: str) -> BusError:
    return BusError("com.microsoft:argument-error", text, 400)


def not_allowed(text: str) -> BusError:
    return BusError("amqp:not-allowed", text, 403)


def undecodable(text: str) -> BusError:
    return BusError("amqp:decode-error", text, 400)


def unauthorized(text: str) -> BusError:
    return BusError("amqp:unauthorized-access", text, 401)


def internal_error() -> BusError:
    return BusError("amqp:internal-error", "The service could not do this; its log says why.", 500)


def not_implemented(what: str) -> BusError:
    return BusError("amqp:not-implemented", f"{what}: not implemented by the local Service Bus.", 501)
