"""An instance's application: workers, queue, work, calls, answers, whatever protocol asks."""

import asyncio
import collections
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from meshsim.rig.behaviour import Answer, Request
from meshsim.rig.case import Instance
from meshsim.rig.clock import Clock

#: What a call asks for, and the status that came back (0 = none).
Caller = Callable[[Mapping[str, Any], "Visit"], Awaitable[int]]


@dataclasses.dataclass
class Visit:
    """One attempt that reached an instance; times are seconds since t0."""

    instance: str
    number: int  # of the client's request that it belongs to
    caller: str  # instance whose sidecar sent it, "" = the client's
    attempt: int
    mirrored: bool
    request_id: str
    arrived: float
    ended: float | None = None
    answered: str = ""  # status or action; "" = not yet
    hangs: bool = False  # and will never be answered


class QueueFullError(Exception):
    """No worker and no waiting place."""


class Application:
    """State of one instance."""

    def __init__(self, instance: Instance, clock: Clock, visits: list[Visit]) -> None:
        self.instance = instance
        self.clock = clock
        self.visits = visits
        self.call: Caller | None = None
        self.queue_max = 0
        self._nth = 0
        self._busy = 0
        self._waiting: collections.deque[asyncio.Future[None]] = collections.deque()

    @property
    def behaviour_stops(self) -> bool:
        """Closing the connection or stream ends the work."""
        return self.instance.behaviour.stops

    def arrive(self, path: str, headers: Mapping[str, str]) -> tuple[Visit, Answer, float]:
        """Takes a request in: its visit, how it will be answered, and the draw of its service."""
        now = self.clock.now()
        nth = self._nth = self._nth + 1
        answer = self.instance.behaviour.answer(nth, Request(now, path, headers))
        visit = Visit(
            instance=self.instance.name,
            number=int(headers.get("x-rig-id", -1)),
            caller=headers.get("x-rig-caller", ""),
            attempt=int(headers.get("x-envoy-attempt-count", 1)),
            mirrored=is_shadow(headers.get("host", "")),
            request_id=headers.get("x-request-id", ""),
            arrived=now,
        )
        self.visits.append(visit)
        return visit, answer, answer.latency(nth - 1)

    async def serve(self, visit: Visit, answer: Answer, service: float) -> Answer:
        """Work, then calls; what is answered in the end. Cancelling it is giving up."""
        try:
            await self._take_worker()
        except QueueFullError:
            status = self.instance.behaviour.overflow
            return self._settle(visit, refusal(status))
        except asyncio.CancelledError:
            self._end(visit, "abandoned")
            raise
        try:
            await precise_sleep(service)
            failed = await self._script(answer.calls, visit)
            if answer.action == "hang":
                visit.hangs = True
                await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self._end(visit, "abandoned")
            raise
        finally:
            self._free_worker()
        return self._settle(visit, answer if failed is None else refused(failed))

    async def _take_worker(self) -> None:
        behaviour = self.instance.behaviour
        if behaviour.workers is None or self._busy < behaviour.workers:
            self._busy += 1
            return
        if behaviour.queue is not None and len(self._waiting) >= behaviour.queue:
            raise QueueFullError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self.queue_max = max(self.queue_max, len(self._waiting))
        try:
            await turn
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):
                self._waiting.remove(turn)
            if turn.done() and not turn.cancelled():
                self._free_worker()  # the turn had come
            raise

    def _free_worker(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # busy stays: the place is handed on
                return
        self._busy -= 1

    def _settle(self, visit: Visit, answer: Answer) -> Answer:
        self._end(visit, str(answer.status) if answer.action == "respond" else answer.action)
        return answer

    def _end(self, visit: Visit, answered: str) -> None:
        visit.ended = self.clock.now()
        visit.answered = answered

    # ---- calls -------------------------------------------------------------------------------

    async def _script(self, steps: Any, visit: Visit) -> int | None:
        """Steps in their order; the status of the own answer once a required one has failed."""
        for step in steps:
            failed = await self._step(step, visit)
            if failed is not None:
                return failed
        return None

    async def _step(self, step: Any, visit: Visit) -> int | None:
        from meshsim.rig.draws import law

        if isinstance(step, list):
            branches = [self._script(b if isinstance(b, list) else [b], visit) for b in step]
            results = await asyncio.gather(*branches)
            return next((failed for failed in results if failed is not None), None)
        if "latency" in step:
            await precise_sleep(law(step["latency"])(self._nth - 1))
            return None
        assert self.call is not None
        status = await self.call(step, visit)
        if 0 < status < 400 or step.get("on_error") == "ignore":
            return None
        own = step.get("status_on_error", 500)
        return (status or 500) if own == "same" else int(own)


async def precise_sleep(duration: float) -> None:
    """Not a turn of the loop when there is nothing to wait for."""
    if duration > 0:
        await asyncio.sleep(duration)


def refusal(status: int) -> Answer:
    """What is answered at once when the queue is full."""
    return Answer(latency=lambda _: 0.0, status=status, headers={"x-rig-overflow": "1"})


def refused(status: int) -> Answer:
    """An empty answer after a failed call."""
    return Answer(latency=lambda _: 0.0, status=status)


def is_shadow(host: str) -> bool:
    """Envoy marks copies by their host: "web-shadow", "web-shadow:80"."""
    return host.partition(":")[0].endswith("-shadow")


__all__ = ["Application", "Visit"]
