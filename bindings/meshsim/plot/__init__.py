"""Pictures of runs, drawn by matplotlib's Agg without pyplot."""

import inspect
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes

from meshsim.plot import (
    amplification,
    compare,
    ejections,
    failures,
    goodput,
    health,
    hosts,
    inflight,
    latency,
    overview,
    queues,
    replicas,
    ring,
    shares,
    split,
    style,
    throughput,
    topology,
    utilisation,
    waiting,
)
from meshsim.record import RunRecord

#: Pictures of one panel: name -> drawing function.
PANELS: dict[str, Callable[..., None]] = {
    "throughput": throughput.draw,
    "latency": latency.draw,
    "split": split.draw,
    "versions": split.draw_health,
    "hosts": hosts.draw,
    "shares": shares.draw,
    "ejections": ejections.draw,
    "health": health.draw,
    "ring": ring.draw,
    "queues": queues.draw,
    "waiting": waiting.draw,
    "utilisation": utilisation.draw,
    "inflight": inflight.draw,
    "amplification": amplification.draw,
    "goodput": goodput.draw,
    "replicas": replicas.draw,
    "failures": failures.draw,
    "topology": topology.draw,
}
NAMES = ("overview", *PANELS)


def figure(record: RunRecord, name: str, **options: Any) -> style.Picture:
    """One of NAMES as a figure.

    Args:
        record: Of which run.
        name: Which picture.
        options: Those of its `draw`, e.g. `service="reviews"`.

    Raises:
        ValueError: There is no such picture, or it has no such option.
        KeyError: The run has no such service, load or workload.
    """
    if name not in NAMES:
        raise ValueError(f"no picture {name!r}; there are {', '.join(NAMES)}")
    with style.styled():
        if name == "overview":
            _refuse_unknown(name, options, set())
            return overview.draw(record)
        made = style.new_figure(style.WIDTH_IN * 0.7, 7.0 if name == "topology" else 6.0)
        draw_on(made.subplots(), record, name, **options)
        style.add_caption(made, record)
        return made


def draw_on(axes: Axes, record: RunRecord, name: str, **options: Any) -> None:
    """One of PANELS on axes that exist.

    Args:
        axes: Where.
        record: Of which run.
        name: Which picture.
        options: Those of its `draw`.
    """
    if name not in PANELS:
        raise ValueError(f"no panel {name!r}; there are {', '.join(PANELS)}")
    known = set(inspect.signature(PANELS[name]).parameters) - {"axes", "record"}
    _refuse_unknown(name, options, known)
    PANELS[name](axes, record, **options)


def small_figure(record: RunRecord, name: str) -> style.Picture:
    """A panel for a page that has the caption elsewhere.

    Args:
        record: Of which run.
        name: One of PANELS.
    """
    with style.styled():
        made = style.new_figure(style.WIDTH_IN * 0.46, 4.9)
        PANELS[name](made.subplots(), record)
        return made


def compare_runs(
    a: RunRecord, b: RunRecord, *, labels: tuple[str, str] = ("before", "after")
) -> style.Picture:
    """Two runs side by side on equal scales.

    Args:
        a: The run of the left column.
        b: The run of the right column.
        labels: Their names.
    """
    with style.styled():
        return compare.draw(a, b, labels=labels)


def _refuse_unknown(name: str, options: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(options) - known)
    if unknown:
        has = f"it has {', '.join(sorted(known))}" if known else "it has none"
        raise ValueError(f"picture {name!r} has no option {unknown[0]!r}; {has}")


__all__ = ["NAMES", "PANELS", "compare_runs", "draw_on", "figure", "small_figure"]
