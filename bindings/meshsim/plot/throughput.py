"""Requests per second over time, stacked by how they ended."""

import dataclasses

import numpy as np
from matplotlib.axes import Axes

from meshsim import series
from meshsim.plot import style
from meshsim.plot.choices import load_id
from meshsim.record import RunRecord


@dataclasses.dataclass(frozen=True)
class Ending:
    """One layer of the stack."""

    label: str
    colour: str


ENDINGS = (
    Ending("ok (2xx, 3xx)", style.GREEN),
    Ending("4xx", style.YELLOW),
    Ending("5xx from a service", style.VERMILLION),
    Ending("503 UO: limit reached", style.ORANGE),
    Ending("504 UT: timeout", style.PURPLE),
    Ending("503 UH, NC: no host", style.BLUE),
    Ending("503 UF, UC: connection", style.SKY),
    Ending("injected fault", style.GREY),
    Ending("no answer: caller left", style.BLACK),
)


def ending_of(code: int, flags: str) -> int:
    """Index in ENDINGS of an outcome: Envoy's flags say more than the code."""
    have = set(flags.split(","))
    if code == 0:
        return 8
    if code < 400:
        return 0
    if "FI" in have:
        return 7
    if "UO" in have:
        return 3
    if have & {"UT", "UMSDR"}:
        return 4
    if have & {"UH", "NC"}:
        return 5
    if have & {"UF", "UC", "UR", "LR", "UPE"}:
        return 6
    return 1 if code < 500 else 2


def draw(axes: Axes, record: RunRecord, *, load: str | None = None) -> None:
    """Stacked areas of what the loads' users got, by time of the request's start.

    Args:
        axes: Where.
        record: Of which run.
        load: Only this load; None = all.
    """
    rows = None if load is None else [load_id(record, load)]
    steps = series.grid(record, at_most=240)
    groups = series.outcome_groups(record, ending_of)
    counted = series.counts(
        record, "series_by_load", steps, rows=rows, groups=groups, group_count=len(ENDINGS)
    )
    rates = counted / steps.widths_s / record.info.runs
    used = [i for i in range(len(ENDINGS)) if rates[i].any()]
    axes.set_title("Requests by outcome" + (f": {style.short(load)}" if load else ""))
    axes.set_ylabel("requests per second (1/s)")
    style.time_axis(axes, record)
    style.shade(axes, record)
    if not used:
        return style.nothing_here(axes, "no request ended in this run")
    stacked = np.concatenate([rates[used], rates[used][:, -1:]], axis=1)
    axes.stackplot(
        steps.edges_s,
        stacked,
        step="post",
        labels=[ENDINGS[i].label for i in used],
        colors=[ENDINGS[i].colour for i in used],
        alpha=0.85,
        linewidth=0,
    )
    axes.set_ylim(0, max(float(rates.sum(axis=0).max()) * 1.08, 1e-9))
    style.legend_below(axes)
    return None
