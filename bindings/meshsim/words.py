"""From Python's keywords and texts to words of the scenario grammar, with the caller's line."""

import sys
from collections.abc import Mapping
from typing import Any

from meshsim._native import core
from meshsim.laws import Words, time_word
from meshsim.units import Time


def here() -> core.Place:
    """Where the caller outside of this package stands: diagnostics name that line."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("meshsim."):
        frame = frame.f_back
    return core.Place(frame.f_code.co_filename, frame.f_lineno)


def words_of(options: Mapping[str, Any]) -> Words:
    """Keywords as words of the grammar: error_rate is errorRate, None is left out.

    A trailing underscore, as of `for_`, keeps Python happy.
    """
    return {camel(name): value for name, value in options.items() if value is not None}


def camel(name: str) -> str:
    """`error_rate` as `errorRate`.

    Example:
        >>> camel("error_rate"), camel("for_"), camel("perUser")
        ('errorRate', 'for', 'perUser')
    """
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def law(time: Time | Words) -> Any:
    """A time law: a dict of the grammar, or a constant time."""
    return time if isinstance(time, dict) else time_word(time)


def matching(text: str) -> Words:
    """Words of `match` for "GET /cart".

    Example:
        >>> matching("GET /cart")
        {'method': {'exact': 'GET'}, 'path': {'prefix': '/cart'}}
    """
    words: Words = {}
    for part in text.split():
        if part.startswith("/"):
            words["path"] = {"prefix": part}
        elif part.isupper():
            words["method"] = {"exact": part}
        else:
            raise ValueError(f'match: "GET /cart", "/cart" or "GET", not {text!r}')
    return words


def behaviour_words(options: Mapping[str, Any]) -> Words:
    """Words of a behaviour; `error` is short for error_rate."""
    words = words_of(options)
    if "error" in words:
        words["errorRate"] = words.pop("error")
    return words


__all__ = ["behaviour_words", "camel", "here", "law", "matching", "words_of"]
