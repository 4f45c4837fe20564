"""What `meshsim run` prints about a record: facts, tables, verdicts, paths."""

import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshsim.units import digits, duration_text, milliseconds_text, percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

    from meshsim.record import RunRecord
    from meshsim.study import Comparison

BARS = "▁▂▃▄▅▆▇█"


def run_text(
    record: "RunRecord", artefacts: Sequence[tuple[str, Path]], *, color: bool | None = None
) -> str:
    """The whole answer, coloured for a terminal."""
    console = _console(color)
    _facts(console, record)
    tables = [_loads(record, wide=console.width >= 110), _edges(record)]
    if any("figures" in row for row in record.context.replications):
        tables.insert(1, _intervals(record))
    if len(record.stores):
        tables.append(_stores(record))
    if record.thresholds:
        tables.append(_thresholds(record))
    for table in tables:
        console.print(table)
        console.print()
    for kind, path in artefacts:
        console.print(f"{kind:<12}{path}", markup=False, highlight=False)
    console.print(f"{'fingerprint':<12}{record.fingerprint}", markup=False, highlight=False)
    out = console.file
    assert isinstance(out, io.StringIO)
    return out.getvalue().rstrip("\n")


def comparison_text(
    comparison: "Comparison",
    rows: Sequence[dict[str, Any]],
    digests: tuple[str, str],
    ci: float,
    *,
    color: bool | None = None,
) -> str:
    """What `meshsim compare` prints."""
    from rich.text import Text

    from meshsim.intervals import half_width_text, value_text

    console = _console(color)
    runs = min(len(comparison.a), len(comparison.b))
    how = "pairs that share their seeds" if comparison.paired else "independent runs of each"
    facts = {"config A": digests[0], "config B": digests[1], "runs": f"{runs} {how}"}
    if runs:
        facts["first seed"] = str(comparison.a.seeds[0])
    for name, value in facts.items():
        console.print(f"{name:<12}{value}", markup=False, highlight=False)
    console.print()
    interval = f"{100 * ci:g} % interval"
    table = _table("B against A", ("metric", "A", "B", "B - A", interval, "verdict"))
    styles = {"better": "green", "worse": "bold red", "changed": "blue"}
    for row in rows:
        metric = row["metric"]
        table.add_row(
            metric, *(value_text(metric, row[name]) for name in ("a", "b", "difference")),
            half_width_text(metric, (row["high"] - row["low"]) / 2),
            Text(row["verdict"], style=styles.get(row["verdict"], "")),
        )  # fmt: skip
    console.print(table)
    out = console.file
    assert isinstance(out, io.StringIO)
    return out.getvalue().rstrip("\n") + "\n"


def _console(color: bool | None) -> "Console":
    """Writes to memory; as wide as the terminal, or wide enough for everything in a pipe."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    width = max(shutil.get_terminal_size().columns, 80) if terminal else 200
    return Console(
        file=io.StringIO(), width=width, highlight=False, legacy_windows=False,
        force_terminal=terminal and color is not False, no_color=color is False,
    )  # fmt: skip


def _facts(console: "Console", record: "RunRecord") -> None:
    info = record.info
    seeds = str(info.seed)
    if info.runs > 1:
        seeds += f" (and {info.runs - 1} derived from it)"
    facts = {
        "scenario": info.scenario or "unnamed",
        "config": info.config_digest,
        "seed": seeds,
        "time": f"{duration_text(info.ended_ns)} simulated, {info.events:,} events",
    }
    if info.warmup_ns:
        facts["time"] += f", counted from {duration_text(info.warmup_ns)} on"
    if info.ended_by != "horizon":
        facts["ended by"] = f"{info.ended_by} {info.limit}".strip()
    for name, value in facts.items():
        console.print(f"{name:<12}{value}", markup=False, highlight=False)
    console.print()


def _table(title: str, columns: Sequence[str]) -> "RichTable":
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
                  pad_edge=False, show_edge=False)  # fmt: skip
    for i, name in enumerate(columns):
        left = i == 0  # the only column that may be folded, down to some letters
        table.add_column(
            name, justify="left" if left else "right", overflow="fold", no_wrap=not left,
            min_width=12 if left else None,
        )  # fmt: skip
    return table


def _ok(share: float) -> Any:
    """The share of successes, coloured as Kiali would: degraded below all, failing below 90 %."""
    from rich.text import Text

    style = "green" if share >= 1 else "yellow" if share >= 0.9 else "red"
    return Text(percent(share), style="" if share != share else style)


def _loads(record: "RunRecord", *, wide: bool) -> "RichTable":
    from rich.text import Text

    columns = ["load", "requests", "rps", "ok", "p50", "p90", "p99", "max"]
    table = _table("What the users saw", [*columns, "p99 over time"] if wide else columns)
    for row in record.summary().rows():
        cells = [
            Text(str(row["load"])), f"{row['requests']:,}", digits(row["rps"]),
            _ok(row["success_rate"]), milliseconds_text(row["p50_ms"]),
            milliseconds_text(row["p90_ms"]), milliseconds_text(row["p99_ms"]),
            milliseconds_text(row["max_ms"]),
        ]  # fmt: skip
        if wide:
            cells.append(sparkline(record, str(row["load"])))
        table.add_row(*cells)
    return table


def _intervals(record: "RunRecord") -> "RichTable":
    """Means over replications, each with its interval: the spread that one run cannot show."""
    from meshsim.intervals import (
        figures_by_metric,
        half_width_text,
        interval_rows,
        value_text,
    )

    rows = interval_rows(figures_by_metric(record.context.replications), 0.95)
    runs = max((row["runs"] for row in rows), default=0)
    table = _table(f"Mean of {runs} runs", ("metric", "mean", "95 % interval"))
    for row in rows:
        metric = row["metric"]
        table.add_row(
            metric, value_text(metric, row["mean"]), half_width_text(metric, row["half_width"])
        )
    return table


def _edges(record: "RunRecord") -> "RichTable":
    from rich.text import Text

    table = _table("Hops", ("hop", "rps", "ok", "p50", "p99", "retries", "ejections"))
    for row in record.edges.rows():
        table.add_row(
            Text(hop_name(row)), digits(row["rps"]), _ok(row["success_rate"]),
            milliseconds_text(row["p50_ms"]), milliseconds_text(row["p99_ms"]),
            f"{row['retries']:,}", f"{row['ejections']:,}",
        )  # fmt: skip
    return table


def _stores(record: "RunRecord") -> "RichTable":
    """Caches, pools, topics, limiters: what happened there, with the share of hits."""
    from rich.text import Text

    sums: dict[str, dict[str, int]] = {}
    for row in record.stores.rows():
        if row["event"] == "limit":  # a gauge
            continue
        of = sums.setdefault(str(row["store"]), {})
        of[row["event"]] = of.get(row["event"], 0) + row["count"]
    table = _table("Stores", ("store", "hits", "what happened"))
    for store, events in sums.items():
        asked = events.get("hit", 0) + events.get("miss", 0)
        told = ", ".join(f"{name} {count:,}" for name, count in events.items())
        share = percent(events.get("hit", 0) / asked) if asked else ""
        table.add_row(Text(store), share, Text(told))
    return table


def hop_name(row: dict[str, Any]) -> str:
    """`productpage-v1 → reviews / reviews-v3`."""
    service = str(row["service"] or "no route").removesuffix(".svc.cluster.local")
    service = service.removesuffix(".default")
    destination = row["destination"]
    return f"{row['source']} → {service}" + (f" / {destination}" if destination else " / not sent")


def _thresholds(record: "RunRecord") -> "RichTable":
    from rich.text import Text

    table = _table("Thresholds", ("threshold", "value", "verdict"))
    for row in record.thresholds:
        verdict = Text("ok", style="green") if row["ok"] else Text("FAILED", style="bold red")
        table.add_row(Text(row["text"]), Text(row["value_text"]), verdict)
    return table


def sparkline(record: "RunRecord", load: str, width: int = 24) -> str:
    """p99 over time in block characters; a space where nothing ended."""
    import numpy as np

    from meshsim import series

    steps = series.grid(record, at_most=width)
    rows = [record.names.loads.index(load)]
    values = series.quantiles(record, "latency_series_by_load", steps, [0.99], rows=rows)[0]
    if not np.isfinite(values).any():
        return ""
    scaled = np.nan_to_num(np.floor(values / np.nanmax(values) * (len(BARS) - 0.01)), nan=-1)
    return "".join(BARS[int(v)] if v >= 0 else " " for v in scaled)


__all__ = ["comparison_text", "hop_name", "run_text", "sparkline"]
