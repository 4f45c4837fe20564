"""What proxies hold for healthy, and when they panic."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from meshsim import series
from meshsim._native import core
from meshsim.plot import style
from meshsim.plot.choices import ejecting_service, service_id
from meshsim.plot.ejections import hosts_of
from meshsim.record import RunRecord
from meshsim.tables import MISSING

LINES_MAX = 12


def draw(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """Steps: the share of a service's hosts that each proxy has not ejected; bands: panic.

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the one with most ejections.
    """
    axes.set_title("Healthy hosts")
    axes.set_ylabel("hosts that are not ejected (%)")
    axes.set_ylim(0, 103)
    style.time_axis(axes, record)
    chosen = ejecting_service(record) if service is None else service_id(record, service)
    if chosen is None:
        return style.nothing_here(axes, "no host was ejected in this run")
    name = style.short(style.service_short(record.names.services[chosen]))
    axes.set_title(f"Healthy hosts of {name}, proxy by proxy")
    hosts = hosts_of(record, chosen)
    alive = alive_hosts(record, hosts)
    stays = [s for s in series.every_ejection(record) if s.host in hosts]
    views = sorted({(s.proxy, s.cluster) for s in stays})
    if not views or not alive:
        return style.nothing_here(axes, f"no host of {name} was ejected in this run")
    style.shade(axes, record)
    for (proxy, cluster), colour in zip(views[:LINES_MAX], style.colours(len(views)), strict=False):
        mine = [s for s in stays if (s.proxy, s.cluster) == (proxy, cluster)]
        at, out = steps_of(mine, record.info.ended_s)
        share = 100 * np.maximum(alive - out, 0) / alive
        label = style.short(record.names.endpoints[proxy])
        axes.step(at, share, where="post", color=colour, label=label, alpha=0.85)
    bands = panic_spans(record, {cluster for _, cluster in views})
    for begin, end in bands:
        axes.axvspan(begin, end, color=style.VERMILLION, alpha=0.1, lw=0, zorder=0.6)
        axes.axvspan(begin, end, ymax=0.03, color=style.VERMILLION, lw=0, gid="panic")
    found, _ = axes.get_legend_handles_labels()
    handles: list[Line2D | Patch] = [h for h in found if isinstance(h, Line2D)]
    if bands:
        label = "panic: all hosts get traffic"
        handles.append(Patch(color=style.VERMILLION, label=label))
    style.legend_below(axes, columns=3, handles=handles)
    return None


def alive_hosts(record: RunRecord, hosts: list[int]) -> int:
    """How many of the hosts there were at most at one time, by the samples of replicas."""
    workloads = {int(record.column("endpoints.workload")[host]) for host in hosts}
    sampled, replicas = record.column("samples.workload"), record.column("samples.replicas")
    counts = [replicas[sampled == w] for w in workloads]
    return int(sum(c.max() for c in counts if c.size)) or len(hosts)


def steps_of(stays: list[series.Ejection], ended_s: float) -> tuple[series.Floats, series.Floats]:
    """(seconds, hosts ejected from then on), from 0 to the end."""
    changes = sorted([(s.from_s, 1) for s in stays] + [(s.to_s, -1) for s in stays])
    at = np.array([0.0, *(t for t, _ in changes), ended_s])
    out = np.cumsum([0, *(by for _, by in changes), 0]).astype(np.float64)
    out[-1] = out[-2] if len(out) > 1 else 0.0
    return at, out


def panic_spans(record: RunRecord, clusters: set[int]) -> list[tuple[float, float]]:
    """Spans, in seconds, in which at least one proxy panicked about one of the clusters."""
    begin, end = core.event_names.index("panic start"), core.event_names.index("panic end")
    inside: set[tuple[int, int]] = set()
    spans: list[tuple[float, float]] = []
    since = 0.0
    for at, what, proxy, cluster in zip(
        record.column("events.at_ns").tolist(), record.column("events.what").tolist(),
        record.column("events.proxy").tolist(), record.column("events.cluster").tolist(),
        strict=True,
    ):  # fmt: skip
        if cluster == MISSING or cluster not in clusters or what not in (begin, end):
            continue
        if what == begin:
            since = since if inside else at / 1e9
            inside.add((proxy, cluster))
        elif (proxy, cluster) in inside:
            inside.remove((proxy, cluster))
            if not inside:
                spans.append((since, at / 1e9))
    return [*spans, (since, record.info.ended_s)] if inside else spans
