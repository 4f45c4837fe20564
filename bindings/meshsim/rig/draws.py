"""Keyed draws and service times of case.yaml: the same numbers for everybody who repeats a case."""

import math
from collections.abc import Callable
from typing import Any

from meshsim.units import nanoseconds

WORD = 2**64
Law = Callable[[int], float]


def uniform(seed: int, k: int) -> float:
    """Draw k of a seed, in (0, 1): SplitMix64's top 53 bits.

    Example:
        >>> uniform(1, 0) == uniform(1, 0), 0 < uniform(7, 3) < 1
        (True, True)
    """
    z = (seed + (k + 1) * 0x9E3779B97F4A7C15) % WORD
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB % WORD
    z ^= z >> 31
    return ((z >> 11) + 0.5) / 2**53


def seconds(text: Any) -> float:
    """Seconds of a duration as YAML writes it: "20ms", or 0.

    Example:
        >>> seconds("20ms"), seconds(0)
        (0.02, 0.0)
    """
    return nanoseconds(0 if text in (0, "0") else text, "duration") / 1e9


def law(form: Any) -> Law:
    """Draw k -> seconds, of any form that `latency` may have.

    Example:
        >>> [law({"list": ["5ms", "9ms"]})(k) for k in range(3)]
        [0.005, 0.009, 0.005]
    """
    if not isinstance(form, dict):
        constant = seconds(form)
        return lambda _: constant
    ((kind, arguments),) = form.items()
    if kind == "list":
        values = [seconds(value) for value in arguments]
        return lambda k: values[k % len(values)]
    seed = int(arguments["seed"])
    if kind == "exponential":
        mean = seconds(arguments["mean"])
        return lambda k: -mean * math.log(uniform(seed, k))
    if kind == "lognormal":
        median, sigma = seconds(arguments["median"]), float(arguments["sigma"])
        return lambda k: median * math.exp(sigma * normal(seed, k))
    if kind == "uniform":
        low, high = seconds(arguments["min"]), seconds(arguments["max"])
        return lambda k: low + uniform(seed, k) * (high - low)
    raise ValueError(f"no latency is called {kind!r}")


def normal(seed: int, k: int) -> float:
    """Box and Muller's standard normal of draws 2k and 2k + 1."""
    radius = math.sqrt(-2 * math.log(uniform(seed, 2 * k)))
    return radius * math.cos(2 * math.pi * uniform(seed, 2 * k + 1))


__all__ = ["Law", "law", "seconds", "uniform"]
