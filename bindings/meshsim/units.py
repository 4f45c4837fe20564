"""Times as people write them, numbers as people read them."""

import datetime
import math

from meshsim._native import core

#: A time: "10m", "1h30m", "250ms" (Go's notation), seconds as a number, or a timedelta.
Time = str | float | int | datetime.timedelta


def nanoseconds(value: Time, what: str = "time") -> int:
    """Nanoseconds of a time that must not be negative.

    Args:
        value: "10m", a number of seconds, or a timedelta.
        what: Name of the argument, for the error message.

    Raises:
        ValueError: It is no time, or negative, or beyond 292 years.
        TypeError: It is of another type.

    Example:
        >>> nanoseconds("1.5s")
        1500000000
        >>> nanoseconds(2)
        2000000000
    """
    if isinstance(value, str):
        parsed = core.parse_duration_ns(value.strip())
        if parsed is None:
            raise ValueError(f'{what}: {value!r} is no duration; write it like "10m" or "250ms"')
        ns = parsed
    elif isinstance(value, datetime.timedelta):
        ns = (value.days * 86_400 + value.seconds) * 10**9 + value.microseconds * 1000
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{what}: a duration text, seconds or a timedelta, not {value!r}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{what}: must be finite, got {value}")
    else:
        ns = round(value * 10**9)
    if ns < 0:
        raise ValueError(f"{what}: must not be negative, got {value!r}")
    if ns >= 2**63:
        raise ValueError(f"{what}: at most 292 years, got {value!r}")
    return ns


def duration_text(ns: int) -> str:
    """A duration in Go's notation.

    Example:
        >>> duration_text(90 * 10**9)
        '1m30s'
    """
    return core.duration_text(ns)


def milliseconds_text(ms: float) -> str:
    """A latency with three significant digits and its unit; a dash when there is none.

    Example:
        >>> milliseconds_text(0.1234), milliseconds_text(1234.0)
        ('0.123 ms', '1.23 s')
    """
    if math.isnan(ms):
        return "–"
    value, unit = (ms / 1000, "s") if ms >= 999.5 else (ms, "ms")
    return f"{digits(value)} {unit}"


def digits(value: float, significant: int = 3) -> str:
    """A number with that many significant digits, all those before the point, no exponent.

    Example:
        >>> digits(1234.5), digits(0.01234), digits(0)
        ('1234', '0.0123', '0')
    """
    if math.isnan(value):
        return "–"
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = max(significant - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share as a percentage that never rounds a failure away.

    Example:
        >>> percent(0.5), percent(0.99999), percent(1.0)
        ('50 %', '99.999 %', '100 %')
    """
    if math.isnan(share):
        return "–"
    for places in (1, 2, 3, 4, 5):
        text = f"{100 * share:.{places}f}"
        if float(text) not in (0.0, 100.0) or share in (0.0, 1.0):
            break
    return text.rstrip("0").rstrip(".") + " %"


__all__ = ["Time", "digits", "duration_text", "milliseconds_text", "nanoseconds", "percent"]
