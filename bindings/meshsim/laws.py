"""Time laws and loads as the grammar of scenarios writes them: short names for dicts."""

import re
from typing import Any

from meshsim.units import Time, duration_text, nanoseconds

Words = dict[str, Any]


def time_word(value: Time, what: str = "time") -> str:
    """A time as the grammar writes it; seconds when it is a number.

    Example:
        >>> time_word("8ms"), time_word(1.5)
        ('8ms', '1.5s')
    """
    return value if isinstance(value, str) else duration_text(nanoseconds(value, what))


def rate_word(value: str | float, what: str = "rate") -> float:
    """Requests per second of "300/s", "18k/min" or a number.

    Example:
        >>> rate_word("300/s"), rate_word("6/min"), rate_word("1.5k/s"), rate_word(20)
        (300, 0.1, 1500, 20)
    """
    units = {"s": 1, "min": 60, "m": 60, "h": 3600}
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(k?)\s*(?:/\s*(s|min|m|h)|rps)?\s*", value)
        if found is None:
            raise ValueError(f'{what}: {value!r} is no rate; write it like "300/s" or 300')
        number, thousands, unit = found.groups()
        rate = float(number) * (1000 if thousands else 1) / units[unit or "s"]
    else:
        rate = float(value)
    return int(rate) if rate.is_integer() else rate


def lognormal(mean: Time, *, cv: float = 1.0) -> Words:
    """A lognormal time law by mean and coefficient of variation."""
    return {"lognormal": {"mean": time_word(mean), "cv": cv}}


def gamma(mean: Time, *, cv: float = 1.0) -> Words:
    """A gamma time law by mean and coefficient of variation."""
    return {"gamma": {"mean": time_word(mean), "cv": cv}}


def exponential(mean: Time) -> Words:
    """An exponential time law."""
    return {"exponential": {"mean": time_word(mean)}}


class Load:
    """Arrivals of a load: the words under `open` or `closed`.

    Example:
        >>> poisson("300/s").ramp(to="900/s", over="2m").words["open"]["rate"]
        [{'at': '0s', 'rps': 300}, {'at': '2m', 'rps': 900, 'ramp': True}]
    """

    def __init__(self, words: Words) -> None:
        self.words = words

    def step(self, *, at: Time, to: str | float) -> "Load":
        """The rate changes at once."""
        return self._with({"at": time_word(at, "at"), "rps": rate_word(to, "to")})

    def ramp(self, *, to: str | float, over: Time, at: Time | None = None) -> "Load":
        """The rate changes evenly during `over`, from the point before or from `at` on."""
        points = self._points()
        begin = nanoseconds(points[-1]["at"] if at is None else at, "at")
        more: list[Words] = []
        if begin > nanoseconds(points[-1]["at"]):
            more.append({"at": duration_text(begin), "rps": points[-1]["rps"]})
        end = duration_text(begin + nanoseconds(over, "over"))
        return self._with(*more, {"at": end, "rps": rate_word(to, "to"), "ramp": True})

    def _points(self) -> list[Words]:
        if "open" not in self.words:
            raise TypeError("only an open load has a rate")
        rate = self.words["open"]["rate"]
        return rate if isinstance(rate, list) else [{"at": "0s", "rps": rate}]

    def _with(self, *points: Words) -> "Load":
        rate = [*self._points(), *points]
        return Load(self.words | {"open": self.words["open"] | {"rate": rate}})


def poisson(rate: str | float) -> Load:
    """Arrivals at random, whatever the answers: "300/s" or 300."""
    return Load({"open": {"arrivals": "poisson", "rate": rate_word(rate)}})


def constant_rate(rate: str | float) -> Load:
    """Arrivals at equal distances."""
    return Load({"open": {"arrivals": "constant", "rate": rate_word(rate)}})


def closed(users: int, *, think: Time | Words = "0s", **more: Any) -> Load:
    """Users who wait for the answer, think, and ask again."""
    pause = think if isinstance(think, dict) else time_word(think, "think")
    return Load({"closed": {"users": users, "think": pause, **more}})


__all__ = [
    "Load", "closed", "constant_rate", "exponential", "gamma", "lognormal", "poisson",
    "rate_word", "time_word",
]  # fmt: skip
