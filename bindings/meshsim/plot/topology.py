"""The call graph in layers: width = rate, colour = failures."""

import dataclasses

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from meshsim import series
from meshsim.plot import style
from meshsim.record import RunRecord
from meshsim.tables import MISSING
from meshsim.units import digits, percent

# Kiali's defaults for HTTP: degraded above 0 % of 5xx, failing above 10 %.
FAILING = 0.10


@dataclasses.dataclass
class Hop:
    """An arrow: requests from a node to a node."""

    source: str
    target: str
    requests: float = 0.0
    failed: float = 0.0

    @property
    def failed_share(self) -> float:
        """Share that got 5xx or no answer."""
        return self.failed / self.requests if self.requests else 0.0


def hops_of(record: RunRecord) -> list[Hop]:
    """Arrows between workloads; to a service's name where no host was chosen."""
    steps = series.grid(record)
    edges = len(record.column("edges.source"))
    failed = series.outcome_groups(record, lambda code, _: int(code == 0 or code >= 500))
    found: dict[tuple[str, str], Hop] = {}
    for row in range(edges):
        ended = series.counts(
            record, "series_by_edge", steps, rows=[row], groups=failed, group_count=2
        ).sum(axis=1)
        if not ended.sum():
            continue
        names = _ends(record, row)
        hop = found.setdefault(names, Hop(*names))
        hop.requests += float(ended.sum())
        hop.failed += float(ended[1])
    return list(found.values())


def _ends(record: RunRecord, row: int) -> tuple[str, str]:
    source = int(record.column("edges.source")[row])
    service = int(record.column("edges.service")[row])
    destination = int(record.column("edges.destination")[row])
    left = "?" if source == MISSING else record.names.workloads[source]
    if destination != MISSING:
        return left, record.names.workloads[destination]
    if service == MISSING:
        return left, "no route"
    return left, f"{style.service_short(record.names.services[service])} (not sent)"


def layers_of(hops: list[Hop]) -> list[list[str]]:
    """Nodes by distance from the callers, ordered so that few arrows cross."""
    depth = _depths(hops)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node, level in depth.items():
        layers[level].append(node)
    for sweep in range(8):
        forward = sweep % 2 == 0
        for level in range(len(layers)) if forward else reversed(range(len(layers))):
            place = {n: i / max(len(la) - 1, 1) for la in layers for i, n in enumerate(la)}
            layers[level].sort(key=lambda n: _barycentre(n, hops, place, forward=forward))
    return layers


def _barycentre(node: str, hops: list[Hop], place: dict[str, float], *, forward: bool) -> float:
    if forward:
        near = [place[h.source] for h in hops if h.target == node and h.source != node]
    else:
        near = [place[h.target] for h in hops if h.source == node and h.target != node]
    return sum(near) / len(near) if near else place[node]


def _depths(hops: list[Hop]) -> dict[str, int]:
    """Longest path from a node that nobody calls; arrows that close a cycle do not count."""
    targets = {h.target for h in hops}
    nodes = list(dict.fromkeys([n for h in hops for n in (h.source, h.target)]))
    after: dict[str, list[str]] = {n: [] for n in nodes}
    for hop in hops:
        after[hop.source].append(hop.target)
    depth = dict.fromkeys(nodes, 0)
    order: list[str] = []
    state: dict[str, int] = {}
    forward: set[tuple[str, str]] = set()
    for start in [n for n in nodes if n not in targets] + nodes:
        stack = [(start, iter(after[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            node, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                state[node] = 2
                order.append(node)
                stack.pop()
            elif state.get(step) != 1:  # 1 = on the present path: the arrow closes a cycle
                forward.add((node, step))
                if step not in state:
                    state[step] = 1
                    stack.append((step, iter(after[step])))
    for node in reversed(order):
        for step in after[node]:
            if (node, step) in forward:
                depth[step] = max(depth[step], depth[node] + 1)
    return depth


def draw(axes: Axes, record: RunRecord) -> None:
    """Boxes and arrows; every arrow tells its rate and, if any, its failures."""
    axes.set_title("Call graph")
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    hops = hops_of(record)
    if not hops:
        return style.nothing_here(axes, "no request ended in this run")
    where = _places(layers_of(hops))
    most = max(h.requests for h in hops)
    seconds = max(record.info.ended_s, 1e-9) * record.info.runs
    for hop in sorted(hops, key=lambda h: h.requests):
        _arrow(axes, where, hop, most, seconds)
    for node, (x, y) in where.items():
        _box(axes, node, x, y, len(where))
    style.legend_below(axes, handles=_legend())
    legend = axes.get_legend()
    if legend is not None:
        legend.set_bbox_to_anchor((0.5, 0.0), transform=axes.transAxes)
    return None


def _places(layers: list[list[str]]) -> dict[str, tuple[float, float]]:
    """Callers on top; the nodes of a layer side by side."""
    out = {}
    for level, nodes in enumerate(layers):
        y = 0.94 - 0.86 * (level / (len(layers) - 1) if len(layers) > 1 else 0.5)
        for i, node in enumerate(nodes):
            out[node] = ((i + 0.5) / len(nodes), y)
    return out


def _colour(share: float) -> str:
    if share > FAILING:
        return style.VERMILLION
    return style.ORANGE if share > 0 else style.GREEN


def _arrow(
    axes: Axes, where: dict[str, tuple[float, float]], hop: Hop, most: float, seconds: float
) -> None:
    begin, end = where[hop.source], where[hop.target]
    backwards = end[1] >= begin[1]
    width = 1.0 + 3.5 * float(np.sqrt(hop.requests / most))
    axes.add_patch(
        FancyArrowPatch(
            begin, end, arrowstyle="-|>", mutation_scale=9 + 2 * width, linewidth=width,
            color=_colour(hop.failed_share), shrinkA=11, shrinkB=13, zorder=1,
            connectionstyle=f"arc3,rad={0.35 if backwards else 0.0}", gid="hop",
        )
    )  # fmt: skip
    text = f"{digits(hop.requests / seconds)}/s"
    if hop.failed:
        text += f"\n{percent(hop.failed_share)} failed"
    middle = (begin[0] + 0.55 * (end[0] - begin[0]), begin[1] + 0.55 * (end[1] - begin[1]))
    axes.annotate(
        text, middle, ha="center", va="center", fontsize=8, color="#222222", zorder=3,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8},
    )  # fmt: skip


def _box(axes: Axes, node: str, x: float, y: float, count: int) -> None:
    dashed = node.endswith("(not sent)") or node == "no route"
    axes.annotate(
        style.short(node, 20), (x, y), ha="center", va="center", zorder=4,
        fontsize=8.5 if count <= 16 else 7,
        bbox={
            "boxstyle": "round,pad=0.35",
            "facecolor": "white" if dashed else "#EAF2F8",
            "edgecolor": style.GREY if dashed else style.BLUE,
            "linestyle": "dashed" if dashed else "solid",
            "linewidth": 1.2,
        },
    )  # fmt: skip


def _legend() -> list[Line2D]:
    return [
        Line2D([], [], color=style.GREEN, lw=3, label="no failure"),
        Line2D([], [], color=style.ORANGE, lw=3, label="some fail"),
        Line2D([], [], color=style.VERMILLION, lw=3, label="over 10 % fail"),
    ]
