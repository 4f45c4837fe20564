"""HTTP/2 with prior knowledge behind an instance's port, on the library `h2`."""

import asyncio
import contextlib
from typing import Any

from meshsim.rig.application import Application
from meshsim.rig.behaviour import Answer
from meshsim.rig.upstream import RESET_AFTER, keep

INTERNAL_ERROR = 2  # RFC 9113 §7
CONNECTION_HEADERS = {"connection", "transfer-encoding"}


class Http2Server:
    """Makes a session of every connection."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the peer closes, or an answer ends the connection."""
        await Session(self._application, reader, writer).run()


class Session:
    """The streams of one connection."""

    def __init__(
        self, application: Application, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        import h2.config
        import h2.connection

        self._application = application
        self._reader = reader
        self._writer = writer
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self._h2 = h2.connection.H2Connection(config=config)
        self._requests: dict[int, dict[str, str]] = {}  # headers of those without their end yet
        self._work: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Reads frames until the end."""
        self._h2.initiate_connection()
        self._flush()
        try:
            while data := await self._reader.read(65536):
                for event in self._h2.receive_data(data):
                    self._on(event)
                self._flush()
        finally:
            for stream in list(self._work):
                self._given_up(stream)

    def _flush(self) -> None:
        with contextlib.suppress(ConnectionError):
            self._writer.write(self._h2.data_to_send())

    def _on(self, event: Any) -> None:
        import h2.events

        if isinstance(event, h2.events.RequestReceived):
            self._requests[event.stream_id] = {str(k): str(v) for k, v in event.headers}
        elif isinstance(event, h2.events.DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self._begin(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self._given_up(event.stream_id)

    def _begin(self, stream: int) -> None:
        headers = self._requests.pop(stream)
        headers["host"] = headers.get(":authority", "")
        visit, answer, service = self._application.arrive(headers.get(":path", "/"), headers)
        loop = asyncio.get_running_loop()
        work = loop.create_task(self._application.serve(visit, answer, service))
        self._work[stream] = loop.create_task(self._one(stream, work))

    async def _one(self, stream: int, work: "asyncio.Task[Answer]") -> None:
        try:
            answer = await asyncio.shield(work)
        except asyncio.CancelledError:
            if self._application.behaviour_stops:
                work.cancel()
            else:
                keep(work)
            raise
        self._work.pop(stream, None)
        with contextlib.suppress(Exception):  # the peer may have closed the stream just now
            await self._answer(stream, answer)

    async def _answer(self, stream: int, answer: Answer) -> None:
        if answer.action == "close":
            self._writer.close()
            return
        if answer.action == "reset":
            self._h2.reset_stream(stream, INTERNAL_ERROR)
            self._flush()
            return
        torn = answer.action == "reset_after_headers"
        headers = {":status": str(answer.status)}
        for name, value in answer.headers.items():
            if name.lower() not in CONNECTION_HEADERS:
                headers[name.lower()] = value
        headers.setdefault("content-length", str(answer.body + (1000 if torn else 0)))
        grpc_ends_here = "grpc-status" in headers and answer.body == 0
        self._h2.send_headers(stream, list(headers.items()), end_stream=grpc_ends_here)
        if not grpc_ends_here:
            await self._body(stream, answer.body, end=not torn)
        self._flush()
        if torn:
            await asyncio.sleep(RESET_AFTER)
            self._h2.reset_stream(stream, INTERNAL_ERROR)
            self._flush()

    async def _body(self, stream: int, length: int, *, end: bool) -> None:
        left = length
        while left > 0:
            room = min(
                left, self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size
            )
            if room <= 0:
                self._flush()
                await asyncio.sleep(0.001)
                continue
            self._h2.send_data(stream, b"x" * room)
            left -= room
        if end:
            self._h2.send_data(stream, b"", end_stream=True)

    def _given_up(self, stream: int) -> None:
        work = self._work.pop(stream, None)
        if work is not None:
            work.cancel()


__all__ = ["Http2Server"]
