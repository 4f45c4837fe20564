"""HTTP/1.1 clients of a proxy: the case's load, and the calls of applications."""

import asyncio
import collections
import contextlib
import dataclasses
import socket

from meshsim.rig.case import Case, Send, Users
from meshsim.rig.clock import Clock
from meshsim.rig.http1 import message, read_message, status_of

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclasses.dataclass
class Sent:
    """One request of the client; times are seconds since t0."""

    number: int
    name: str
    due: float
    sent: float
    answered: float | None = None
    status: int = 0  # 0 = none: the connection ended, or the client gave up


class Connections:
    """Connections to one listener, used in turn; more are opened when all are busy."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._free: collections.deque[Connection] = collections.deque()

    async def open(self, count: int = 1) -> None:
        """More free ones."""
        for _ in range(count):
            self._free.append(await self._connect())

    async def _connect(self) -> Connection:
        reader, writer = await asyncio.open_connection(*self._address)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return reader, writer

    def take(self) -> Connection | None:
        """The one that was free for longest; None when all are busy."""
        while self._free:
            reader, writer = self._free.popleft()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None

    async def connection(self) -> Connection:
        """A free one, or a new one."""
        return self.take() or await self._connect()

    def give_back(self, connection: Connection) -> None:
        """It may be used again."""
        self._free.append(connection)

    async def ask(self, send: Send, extra: dict[str, str], timeout: float | None) -> int:
        """One exchange: the status, 0 when none came. Cancelling it hangs up."""
        reader, writer = await self.connection()
        writer.write(bytes_of(send, extra))
        return await self.answer_on((reader, writer), timeout)

    async def answer_on(self, connection: Connection, timeout: float | None) -> int:
        """Waits for the answer to what was written."""
        reader, writer = connection
        kept = False
        try:
            head = await asyncio.wait_for(read_message(reader), timeout)
            if head is None:
                return 0
            kept = head.headers.get("connection", "").lower() != "close"
            return status_of(head)
        except (TimeoutError, ConnectionError):
            return 0
        finally:
            if kept:
                self.give_back(connection)
            else:
                writer.close()

    def close(self) -> None:
        """All free ones."""
        for _, writer in self._free:
            writer.close()


def bytes_of(send: Send, extra: dict[str, str]) -> bytes:
    """A request on the wire."""
    headers = {"host": send.authority, **extra, **send.headers}
    return message(f"{send.method} {send.path} HTTP/1.1", headers, send.body)


class Load:
    """The requests of a case, sent when they are due."""

    def __init__(self, case: Case, connections: Connections, clock: Clock) -> None:
        self.case = case
        self.sent: list[Sent] = []
        self._connections = connections
        self._clock = clock
        self._tasks: set[asyncio.Task[int]] = set()

    async def run(self, loop_t0: float) -> None:
        """Everything that is due, and the answers to it; t0 is in the loop's time."""
        loop = asyncio.get_running_loop()
        for due, name in self.case.arrivals:
            loop.call_at(loop_t0 + due, self._send, self.case.requests[name], due)
        users = [
            loop.create_task(self._user(phase, phase.start + k * phase.stagger, loop_t0))
            for phase in self.case.users
            for k in range(phase.users)
        ]
        try:
            await asyncio.sleep(max(0.0, loop_t0 + self.case.end - loop.time()) + 0.001)
            async with asyncio.timeout(self.case.settle):
                while self._tasks or not all(u.done() for u in users):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pass  # unanswered requests are counted
        finally:
            for task in [*users, *self._tasks]:
                task.cancel()

    def _send(self, send: Send, due: float) -> "asyncio.Task[int]":
        """Writes one request now, so that those of a burst keep their order."""
        sent = Sent(len(self.sent), send.name, due, self._clock.now())
        self.sent.append(sent)
        ready = self._connections.take()
        data = bytes_of(send.numbered(sent.number), {"x-rig-id": str(sent.number)})
        if ready is not None:
            ready[1].write(data)
        task = asyncio.get_running_loop().create_task(self._answer(sent, ready, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, sent: Sent, ready: Connection | None, data: bytes) -> int:
        if ready is None:
            ready = await self._connections.connection()
            ready[1].write(data)
        sent.status = await self._connections.answer_on(ready, self.case.timeout)
        sent.answered = self._clock.now()
        return sent.status

    async def _user(self, phase: Users, start: float, loop_t0: float) -> None:
        """One user: the next request some time after the last answer, until the phase is over."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, loop_t0 + start - loop.time()))
        count = 0
        while loop.time() - loop_t0 < phase.stop and count != phase.per_user:
            task = self._send(self.case.requests[phase.request], self._clock.now())
            with contextlib.suppress(ConnectionError):
                await task
            await asyncio.sleep(phase.think(count))
            count += 1


__all__ = ["Connections", "Load", "Sent"]
