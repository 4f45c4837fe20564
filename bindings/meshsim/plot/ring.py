"""Who owns how much of a hash ring or Maglev table, and what traffic it got."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from meshsim._native import core
from meshsim.plot import style
from meshsim.plot.choices import requests_by_edge, service_id, visits_by_endpoint
from meshsim.record import RunRecord

ROWS_MAX = 40


def draw(axes: Axes, record: RunRecord, *, service: str | None = None) -> None:
    """Bars: the share of all keys that each host owns at the start; dots: its share of requests.

    As the caller sees it that sends the service most requests. Hosts of a lower priority, and those
    of another subset, have a ring of their own.

    Args:
        axes: Where.
        record: Of which run.
        service: Which service; None = the first whose balancer hashes.
    """
    axes.set_title("Ownership of the ring")
    axes.set_xlabel("share (%)")
    axes.set_ylabel("host")
    tables = ownership(record)
    if service is not None:
        wanted = record.names.services[service_id(record, service)]
        tables = [t for t in tables if t["service"] == wanted]
    if not tables:
        which = "no service" if service is None else f"{service}: no cluster"
        return style.nothing_here(axes, f"{which} with a ring or Maglev table")
    tables = [t for t in tables if t["service"] == tables[0]["service"]]
    caller = _caller(record, tables)
    tables = [t for t in tables if caller in t["callers"]]
    rows = [(t, i) for t in tables for i in range(len(t["hosts"]))][:ROWS_MAX]
    at = np.arange(len(rows))
    shares, weights = (100 * np.array([t[k][i] for t, i in rows]) for k in ("shares", "weights"))
    visits = visits_by_endpoint(record)
    all_visits = float(sum(visits[h] for h in {h for t in tables for h in t["hosts"]}))
    got = 100 * np.array([visits[t["hosts"][i]] for t, i in rows]) / max(all_visits, 1.0)
    axes.barh(at, shares, height=0.7, color=style.SKY, zorder=2)
    axes.vlines(weights, at - 0.42, at + 0.42, color="#333333", lw=1.6, zorder=3)
    axes.scatter(got, at, s=30, color=style.VERMILLION, zorder=4)
    axes.set_title(_title(record, tables[0], caller))
    axes.set_yticks(at, [_label(record, tables, t, i) for t, i in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.15 * max(float(shares.max()), float(weights.max()), float(got.max())))
    axes.grid(visible=False, axis="y")
    handles: list[Any] = [
        Patch(color=style.SKY, label="owns of all keys"),
        Line2D([], [], color="#333333", lw=1.6, label="its weight asks for"),
        Line2D([], [], ls="", marker="o", color=style.VERMILLION, label="got of the requests"),
    ]
    style.legend_below(axes, columns=3, handles=handles)
    return None


def _caller(record: RunRecord, tables: list[dict[str, Any]]) -> int:
    """The workload that sent most requests to the service, of those that hold a table."""
    service = record.names.services.index(tables[0]["service"])
    sources, services = record.column("edges.source"), record.column("edges.service")
    sent = requests_by_edge(record)
    callers: list[int] = sorted({caller for table in tables for caller in table["callers"]})
    return max(callers, key=lambda c: float(sent[(sources == c) & (services == service)].sum()))


def _title(record: RunRecord, table: dict[str, Any], caller: int) -> str:
    unit = "places" if table["kind"] == "Maglev table" else "entries"
    name = style.short(style.service_short(table["service"]))
    of = style.short(record.names.workloads[caller])
    return f"{table['kind'].capitalize()} of {name} in proxies of {of}: {table['size']:,} {unit}"


def _label(record: RunRecord, tables: list[dict[str, Any]], table: dict[str, Any], i: int) -> str:
    """The host, with what tells its table from the others."""
    label = style.short(record.names.endpoints[table["hosts"][i]], 22)
    subset = table["cluster"].split("|")[2:3]
    if len({t["cluster"] for t in tables}) > 1 and subset and subset[0]:
        label += f" in {subset[0]}"
    if len({t["priority"] for t in tables}) > 1:
        label += f", priority {table['priority']}"
    return label


def ownership(record: RunRecord) -> list[dict[str, Any]]:
    """Rings and tables of the scenario that was run; a saved run holds it as text."""
    scenario = record.context.scenario
    if scenario is None:
        texts = (record.context.resources_yaml, record.context.effective_yaml)
        scenario = core.parse_scenario("---\n".join(t for t in texts if t), "<saved run>")
    plan, _ = scenario.compile()
    found = [] if plan is None else plan.hash_ownership()
    known = len(record.names.endpoints)
    return [t for t in found if all(host < known for host in t["hosts"])]
