"""Which kept requests to tell about, and their stories."""

from typing import TYPE_CHECKING

from meshsim._native import core

if TYPE_CHECKING:
    from meshsim.record import RunRecord


def explain(record: "RunRecord", request: int) -> str:
    """The story of one kept request; KeyError when the run did not keep it."""
    story = core.explain(record._core, request) if 0 <= request < 2**64 else None
    if story is None:
        raise KeyError(f"the run did not keep request {request}; {kept(record)}")
    return story


def slowest(record: "RunRecord", count: int) -> list[int]:
    """Ids of the slowest kept requests that a load sent, slowest first."""
    return core.slowest(record._core, count)


def failed(record: "RunRecord", count: int) -> list[int]:
    """Ids of the first kept requests of loads that got 4xx, 5xx or no answer."""
    return core.errors(record._core, count)


def kept(record: "RunRecord") -> str:
    """How many requests the run kept, and how to keep more."""
    count = len(record.column("requests.id"))
    if not count:
        return 'it kept none: set record.requests, e.g. --set "record.requests={sample: 1%}"'
    return f"it kept {count:,} of {record.info.requests_created:,}"


def nothing_kept(record: "RunRecord", *, failed: bool) -> str:
    """Why there is no request to tell about."""
    if failed and len(record.column("requests.id")):
        return f"no kept request failed; {kept(record)}"
    return f"the run has no request to tell about; {kept(record)}"


__all__ = ["explain", "failed", "kept", "nothing_kept", "slowest"]
