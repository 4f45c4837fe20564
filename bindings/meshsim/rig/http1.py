"""HTTP/1.1 as far as the rig's two ends speak it with Envoy: heads, and bodies of known length."""

import asyncio
import dataclasses
from collections.abc import Mapping

NO_BODY = {204, 304}


@dataclasses.dataclass(frozen=True)
class Head:
    """The first line and the headers, names in lower case."""

    first: str
    headers: Mapping[str, str]

    @property
    def length(self) -> int:
        """Bytes of the body; chunked ones are no part of the rig."""
        return int(self.headers.get("content-length", 0))


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head, or None when the peer has closed in between."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:  # one name on several lines is one list
            key, value = name.strip().lower(), value.strip()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    return Head(first, headers)


async def read_message(reader: asyncio.StreamReader) -> Head | None:
    """A head whose body has been read too; None when the peer closed before its end."""
    head = await read_head(reader)
    if head is None:
        return None
    try:
        if head.headers.get("transfer-encoding", "") == "chunked":
            await skip_chunks(reader)
        elif head.length and status_of(head) not in NO_BODY:
            await reader.readexactly(head.length)
    except asyncio.IncompleteReadError:
        return None
    return head


async def skip_chunks(reader: asyncio.StreamReader) -> None:
    """To the end of a chunked body; Envoy sends one when an HTTP/2 answer has no length."""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        if size == 0:
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass
            return
        await reader.readexactly(size + 2)


def status_of(head: Head) -> int:
    """The status of an answer; 0 of a request."""
    word = head.first.split(" ")[1]
    return int(word) if word.isdigit() else 0


def message(first: str, headers: Mapping[str, str], length: int, body: int | None = None) -> bytes:
    """A message that announces `length` bytes and carries `body` of them (None = all)."""
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    if "content-length" not in headers:
        lines.append(f"content-length: {length}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("latin-1") + b"x" * (length if body is None else body)


__all__ = ["Head", "message", "read_message", "status_of"]
