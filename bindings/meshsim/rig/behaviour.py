"""How an instance answers: the behaviour grammar of case.yaml, decided from its arguments alone."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from meshsim.rig.draws import Law, law, seconds, uniform

FOREVER = float("inf")


@dataclasses.dataclass(frozen=True)
class Request:
    """A request as an instance receives it; times are seconds since t0."""

    arrived: float
    path: str
    headers: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Answer:
    """One way of answering."""

    latency: Law
    action: str = "respond"
    status: int = 200
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: int = 0
    calls: Sequence[Any] = ()


@dataclasses.dataclass(frozen=True)
class Down:
    """A time in which the port is closed."""

    start: float
    end: float
    drop: bool
    keep: bool


class Behaviour:
    """The form in case.yaml, read."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._form = dict(form)
        self.workers: int | None = form.get("workers")
        self.queue: int | None = form.get("queue")
        self.overflow = int(form.get("overflow", 503))
        self.stops = form.get("cancel") == "stop"
        self.downs = [
            Down(
                seconds(d.get("from", 0)),
                seconds(d["to"]) if "to" in d else FOREVER,
                d.get("how") == "drop",
                bool(d.get("keep", False)),
            )
            for d in form.get("down", [])
        ]
        self._rules = [(rule, answer_of(self._form | rule)) for rule in form.get("rules", [])]
        self._usual = answer_of(self._form)

    def answer(self, nth: int, request: Request) -> Answer:
        """What becomes of the nth request (from 1): the first rule that holds replaces fields."""
        for rule, answer in self._rules:
            if holds(rule, nth, request):
                return answer
        return self._usual

    @property
    def calls(self) -> bool:
        """Some answer makes calls."""
        return any(a.calls for a in [self._usual, *(answer for _, answer in self._rules)])


def answer_of(form: Mapping[str, Any]) -> Answer:
    """The fields of an answer, defaults filled in."""
    return Answer(
        latency=law(form.get("latency", 0)),
        action=form.get("action", "respond"),
        status=int(form.get("status", 200)),
        headers={str(k): str(v) for k, v in form.get("headers", {}).items()},
        body=int(form.get("body", 0)),
        calls=form.get("calls", ()),
    )


def holds(rule: Mapping[str, Any], nth: int, request: Request) -> bool:
    """Do all conditions of a rule hold?"""
    if request.arrived < seconds(rule.get("after", 0)):
        return False
    if "before" in rule and request.arrived >= seconds(rule["before"]):
        return False
    if "nth" in rule and not counted(str(rule["nth"]), nth):
        return False
    if "cycle" in rule and (nth - 1) % rule["cycle"]["of"] + 1 not in rule["cycle"]["at"]:
        return False
    wanted = rule.get("header", {})
    if any(request.headers.get(k.lower()) != str(v) for k, v in wanted.items()):
        return False
    if "path" in rule and request.path != rule["path"]:
        return False
    chance = rule.get("chance")
    return chance is None or uniform(int(chance["seed"]), nth - 1) < float(chance["p"])


def counted(ranges: str, nth: int) -> bool:
    """Is a number in "1,3-5,9-"?

    Example:
        >>> [n for n in range(1, 12) if counted("1,3-5,9-", n)]
        [1, 3, 4, 5, 9, 10, 11]
    """
    for part in ranges.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        end = int(last) if last else (FOREVER if dash else int(first))
        if int(first) <= nth <= end:
            return True
    return False


__all__ = ["Answer", "Behaviour", "Down", "Request"]
