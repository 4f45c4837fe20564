"""Time since t0, the start of the load: for our own events and for what Envoy wrote down."""

import time


class Clock:
    """Seconds since t0; Envoy's logs have the time of day, everything else is monotonic."""

    def __init__(self) -> None:
        self._day_offset = time.time() - time.monotonic()
        self.t0 = time.monotonic()

    def start_at_day_time(self, at: float) -> None:
        """t0 by the time of day."""
        self.t0 = at - self._day_offset

    def now(self) -> float:
        """Since t0."""
        return time.monotonic() - self.t0

    def of_day_time(self, at: float) -> float:
        """Since t0, of a time of day in seconds."""
        return at - self._day_offset - self.t0


__all__ = ["Clock"]
