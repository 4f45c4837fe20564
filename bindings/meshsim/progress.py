"""Progress of a long run: a bar, a function of the caller's, or nothing."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

#: False: none. True: a bar. A function of (share done 0 … 1, events so far) that may return False.
Progress: TypeAlias = bool | Callable[[float, int], object]


@contextlib.contextmanager
def hook(
    progress: Progress, *, counted: str = "events"
) -> Iterator[Callable[[float, int], object] | None]:
    """The function that the compiled run calls about 20 times a second, if any."""
    if callable(progress):
        yield progress
        return
    if not progress:
        yield None
        return
    from tqdm.auto import tqdm

    layout = "{l_bar}{bar}| [{elapsed}<{remaining}{postfix}]"
    with tqdm(total=100.0, unit="%", bar_format=layout, leave=False) as bar:

        def advance(share: float, events: int) -> None:
            bar.set_postfix_str(f"{events:,} {counted}", refresh=False)
            bar.update(max(100.0 * share - bar.n, 0.0))

        yield advance


__all__ = ["Progress", "hook"]
