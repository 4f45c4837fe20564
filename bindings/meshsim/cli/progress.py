"""Progress on stderr: a bar on a terminal, lines where asked, nothing when piped."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import click

PLAIN_EVERY_S = 5.0


@contextlib.contextmanager
def shown_progress(
    kind: str, *, quiet: bool = False, counted: str = "events"
) -> Iterator[bool | Callable[[float, int], object]]:
    """What to pass as `progress=`: `kind` is auto, plain or off."""
    if quiet or kind == "off" or (kind == "auto" and not sys.stderr.isatty()):
        yield False
    elif kind == "plain":
        yield _lines(counted)
    else:
        yield True


def _lines(counted: str) -> Callable[[float, int], object]:
    """A line now and then, for logs."""
    last = time.monotonic()

    def tell(share: float, events: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PLAIN_EVERY_S:
            last = now
            click.echo(f"meshsim: {100 * share:.0f} %, {events:,} {counted}", err=True)

    return tell


__all__ = ["shown_progress"]
