"""Date functions ("ARM template functions: date"). Times are UTC where nothing else is written."""

from datetime import UTC, datetime

import isodate

from arm_templates.dates import DateFormatError, format_date
from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json

UTC_NOW_FORMAT = "yyyyMMddTHHmmssZ"
ROUND_TRIP_FORMAT = "yyyy-MM-ddTHH:mm:ssZ"


@function("utcNow", 0, 1)
def utc_now(arguments: Arguments) -> Json:
    """Only in the default value of a parameter, as in ARM: elsewhere every use would give another time."""
    if not arguments.scope.in_default_value:
        raise ExpressionError("is allowed in the default value of a parameter alone")
    return _formatted(arguments.scope.deployment.now, arguments.text(0, UTC_NOW_FORMAT))


@function("dateTimeAdd", 2, 3)
def date_time_add(arguments: Arguments) -> Json:
    """Argument 1 (ISO 8601) plus a duration as ISO 8601 has it (`P3Y`, `-PT1H`)."""
    base = _parsed(arguments.text(0))
    try:
        moved = base + isodate.parse_duration(arguments.text(1))
    except (isodate.ISO8601Error, OverflowError) as error:
        raise ExpressionError(f"argument 2 must be a duration as ISO 8601 has it: {error}") from error
    return _formatted(moved, arguments.text(2, ROUND_TRIP_FORMAT))


@function("dateTimeToEpoch", 1, 1)
def date_time_to_epoch(arguments: Arguments) -> Json:
    return int(_parsed(arguments.text(0)).timestamp())


@function("dateTimeFromEpoch", 1, 1)
def date_time_from_epoch(arguments: Arguments) -> Json:
    try:
        return _formatted(datetime.fromtimestamp(arguments.integer(0), UTC), ROUND_TRIP_FORMAT)
    except (OverflowError, OSError, ValueError) as error:
        raise ExpressionError(f"argument 1: {error}") from error


def _parsed(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ExpressionError(f"argument 1 must be a time as ISO 8601 has it: {text!r}") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _formatted(time: datetime, pattern: str) -> str:
    try:
        return format_date(time, pattern)
    except DateFormatError as error:
        raise ExpressionError(str(error)) from error
