"""ISO 8601 durations such as `PT1M30S` or `P10675199DT2H48M5.4775807S`, in milliseconds."""

import re

_PATTERN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
# .NET's TimeSpan.MaxValue stands for "without end".
_LONGEST_DAYS = 10_675_199
_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000, 3_600_000, 60_000, 1_000


def parse_duration(text: str) -> int | None:
    """None for the longest one, which means without end. Raises ValueError for anything else."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is not a duration like PT30S or P1DT12H")
    days, hours, minutes, seconds = match.groups()
    if int(days or 0) >= _LONGEST_DAYS:
        return None
    whole = int(days or 0) * _DAY + int(hours or 0) * _HOUR + int(minutes or 0) * _MINUTE
    return whole + round(float(seconds or 0) * _SECOND)
