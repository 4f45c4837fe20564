"""Ejections of every host of a service over time, by reason, as each proxy saw them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from meshsim import series
from meshsim._native import core
from meshsim.plot import style
from meshsim.plot.choices import ejecting_service, service_id, versions_of
from meshsim.record import RunRecord

ROWS_MAX = 24
LANES_MAX = 12
#: A colour for each detector, in the order of core.detector_names.
COLOURS = (style.VERMILLION, style.ORANGE, style.PURPLE, style.BLUE, style.SKY, style.GREEN,
           style.BLACK)  # fmt: skip
#: Detected and not carried out: marker and words.
REFUSALS = {
    "eject overflow": ("x", "refused: maxEjectionPercent"),
    "eject not enforced": ("|", "not enforced: enforcing percentage"),
}


def draw(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """A row per host, in it a lane per proxy: a bar while the proxy sends it nothing.

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the one with most ejections.
    """
    axes.set_title("Ejections")
    axes.set_ylabel("host")
    style.time_axis(axes, record)
    chosen = ejecting_service(record) if service is None else service_id(record, service)
    if chosen is None:
        return style.nothing_here(axes, "no host was ejected in this run")
    name = style.short(style.service_short(record.names.services[chosen]))
    axes.set_title(f"Ejections of hosts of {name}")
    hosts = hosts_of(record, chosen)
    stays = [s for s in series.every_ejection(record) if s.host in hosts]
    refused = _refused(record, hosts)
    if not stays and not refused:
        return style.nothing_here(axes, f"no host of {name} was ejected in this run")
    hosts = _shown(hosts, [s.host for s in stays] + [host for _, host, _, _ in refused])
    lanes = sorted({s.proxy for s in stays} | {proxy for *_, proxy, _ in refused})[:LANES_MAX]
    for stay in stays:
        if stay.host in hosts and stay.proxy in lanes:
            top, height = _lane(hosts.index(stay.host), lanes.index(stay.proxy), len(lanes))
            axes.add_patch(
                Rectangle(
                    (stay.from_s, top), stay.to_s - stay.from_s, height, lw=0,
                    facecolor=COLOURS[stay.detector % len(COLOURS)], gid="ejected",
                )
            )  # fmt: skip
    for at, host, proxy, what in refused:
        if host in hosts and proxy in lanes:
            top, height = _lane(hosts.index(host), lanes.index(proxy), len(lanes))
            axes.plot(at, top + height / 2, marker=REFUSALS[what][0], color="#333333", ms=6, ls="")
    _decorate(axes, record, hosts, len(lanes))
    style.shade(axes, record)
    style.legend_below(axes, columns=3, handles=_legend(stays, [what for *_, what in refused]))
    return None


def hosts_of(record: RunRecord, service: int) -> list[int]:
    """The endpoints behind a service that traffic or an ejection has seen."""
    owner = record.column("endpoints.workload")
    return np.flatnonzero(np.isin(owner, list(versions_of(record, service)))).tolist()


def _refused(record: RunRecord, hosts: Sequence[int]) -> list[tuple[float, int, int, str]]:
    """(seconds, host, proxy, event) of ejections that were detected and not carried out."""
    column = record.column
    rows = zip(
        column("events.at_ns").tolist(), column("events.endpoint").tolist(),
        column("events.proxy").tolist(), column("events.what").tolist(), strict=True,
    )  # fmt: skip
    return [
        (at / 1e9, host, proxy, core.event_names[what])
        for at, host, proxy, what in rows
        if core.event_names[what] in REFUSALS and host in hosts
    ]


def _shown(hosts: list[int], touched: Sequence[int]) -> list[int]:
    """All hosts, or those that something happened to when there are many."""
    if len(hosts) <= ROWS_MAX:
        return hosts
    return sorted(set(touched))[:ROWS_MAX]


def _lane(row: int, lane: int, lanes: int) -> tuple[float, float]:
    """Upper edge and height of a proxy's lane in a host's row."""
    height = 0.8 / lanes
    return row + 0.1 + lane * height, height * (0.86 if lanes > 1 else 1.0)


def _decorate(axes: Axes, record: RunRecord, hosts: Sequence[int], lanes: int) -> None:
    axes.set_yticks(np.arange(len(hosts)) + 0.5)
    axes.set_yticklabels([style.short(record.names.endpoints[h], 22) for h in hosts], fontsize=8)
    axes.set_ylim(len(hosts), 0)
    axes.set_ylabel("host" if lanes == 1 else f"host (a lane for each of {lanes} proxies)")
    axes.grid(visible=False, axis="y")
    for row in range(1, len(hosts)):
        axes.axhline(row, color="#E5E5E5", lw=0.8, zorder=0)


def _legend(stays: Sequence[series.Ejection], refused: Sequence[str]) -> list[Patch | Line2D]:
    detectors = sorted({s.detector for s in stays})
    handles: list[Patch | Line2D] = [
        Patch(facecolor=COLOURS[d % len(COLOURS)], label=core.detector_names[d]) for d in detectors
    ]
    for what, (marker, label) in REFUSALS.items():
        if what in refused:
            handles.append(Line2D([], [], ls="", marker=marker, color="#333333", label=label))
    return handles
