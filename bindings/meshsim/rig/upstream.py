"""An instance on the network: its port, open and closed as `down` says, and HTTP/1.1 behind it."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping
from typing import Protocol

from meshsim.rig.application import Application
from meshsim.rig.behaviour import Answer, Down
from meshsim.rig.http1 import message, read_message

RESET_AFTER = 0.005  # seconds between the headers and the reset of `reset_after_headers`
BACKLOG = 4096


class Server(Protocol):
    """What speaks a protocol on one connection."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the connection ends."""


class Upstream:
    """The listening side of one instance."""

    def __init__(self, application: Application, server: Server, port: int) -> None:
        self.application = application
        self._server = server
        self._address = (application.instance.address, port)
        self._listener: asyncio.Server | None = None
        self._deaf: list[socket.socket] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Accepts connections."""
        self._hear()
        self._listener = await asyncio.start_server(
            self._talk, *self._address, backlog=BACKLOG, reuse_address=True
        )

    def plan_downs(self, loop: asyncio.AbstractEventLoop, t0: float) -> None:
        """Schedules the times of a closed port; t0 is in the loop's time."""
        for down in self.application.instance.behaviour.downs:
            loop.call_at(t0 + down.start, self._close_port, down)
            if down.end != float("inf"):
                loop.call_at(t0 + down.end, self._reopen)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self._server.talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _close_port(self, down: Down) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if down.drop:
            self._ignore_connections()
        if not down.keep:
            for writer in list(self._writers):
                writer.close()

    def _ignore_connections(self) -> None:
        """A full queue of connections that nobody accepts: the kernel drops further SYNs."""
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(self._address)
        deaf.listen(0)
        self._deaf.append(deaf)
        for _ in range(2):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._address)
            self._deaf.append(filler)

    def _hear(self) -> None:
        for each in self._deaf:
            each.close()
        self._deaf.clear()

    def _reopen(self) -> None:
        task = asyncio.get_running_loop().create_task(self.open())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Closes everything at once."""
        if self._listener is not None:
            self._listener.close()
        self._hear()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)


class Http1Server:
    """Requests of one connection after the other."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the peer closes, or an answer ends the connection."""
        while (head := await read_message(reader)) is not None:
            path = head.first.split(" ")[1]
            if not await self._one(path, head.headers, reader, writer):
                return

    async def _one(
        self, path: str, headers: Mapping[str, str],
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    ) -> bool:  # fmt: skip
        """One request; False when the connection is over."""
        visit, answer, service = self._application.arrive(path, headers)
        loop = asyncio.get_running_loop()
        work = loop.create_task(self._application.serve(visit, answer, service))
        hung_up = loop.create_task(wait_for_end(reader))
        await asyncio.wait({work, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():  # the peer has gone
            if self._application.behaviour_stops:
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
            else:
                keep(work)
            return False
        hung_up.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hung_up
        return await answered(work.result(), writer)


_going_on: set[asyncio.Task[Answer]] = set()


def keep(work: "asyncio.Task[Answer]") -> None:
    """Work that nobody waits for any more goes on."""
    _going_on.add(work)
    work.add_done_callback(_going_on.discard)


def forget_work() -> None:
    """At the end of a run: what still goes on, hanging instances above all, is over."""
    for work in list(_going_on):
        work.cancel()


async def wait_for_end(reader: asyncio.StreamReader) -> None:
    """Until the peer closes; Envoy sends nothing between a request and its answer."""
    waiter = reader._wait_for_data  # type: ignore[attr-defined]
    while not reader.at_eof() and reader.exception() is None:
        await waiter("wait_for_end")


async def answered(answer: Answer, writer: asyncio.StreamWriter) -> bool:
    """Sends the answer; False when that ends the connection."""
    if answer.action == "reset":
        reset(writer)
        return False
    if answer.action == "close":
        return False
    more = 1000 if answer.action == "reset_after_headers" else 0
    first = f"HTTP/1.1 {answer.status} x"
    writer.write(message(first, answer.headers, answer.body + more, answer.body))
    await writer.drain()
    if more:
        await asyncio.sleep(RESET_AFTER)
        reset(writer)
        return False
    names = {name.lower(): value for name, value in answer.headers.items()}
    return names.get("connection", "").lower() != "close"


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


__all__ = ["Http1Server", "Upstream", "forget_work"]
