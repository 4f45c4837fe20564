"""The report: one HTML file that holds everything about a run and asks nobody for anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from meshsim.intervals import figures_by_metric, half_width_text, interval_rows
from meshsim.intervals import value_text as metric_text
from meshsim.plot import amplification, goodput, replicas, small_figure, utilisation
from meshsim.plot.choices import highest_workloads, split_service
from meshsim.plot.style import marks, service_short, svg_text, when
from meshsim.record import RunRecord
from meshsim.store import atomic_write
from meshsim.tables import Table
from meshsim.units import digits, duration_text, milliseconds_text, percent

EVENTS_MAX = 500

Cell = Callable[[Any], str]


def write_report(record: RunRecord, path: Path) -> Path:
    """Writes the report, whole or not at all."""
    return atomic_write(path, report_html(record).encode())


def report_html(record: RunRecord) -> str:
    """The report as HTML. Names from the user's files appear only escaped."""
    style = Path(__file__).with_name("report.css").read_text("utf-8")
    name = escape(record.info.scenario or "unnamed scenario")
    several = any("figures" in row for row in record.context.replications)
    sections = [
        _section("facts", "Run", _facts(record)),
        _section("verdict", "Thresholds", _verdict(record)),
        _section("users", "What the users saw", _loads(record)),
        *([_section("intervals", "Replications", _intervals(record))] if several else []),
        _section("hops", "Hops", _edges(record)),
        _section("pictures", "Over time", _pictures(record)),
        _section("events", "Events", _events(record)),
        _section("diagnostics", "Diagnostics", _diagnostics(record)),
        _section("scenario", "Scenario", _source(record.context.effective_yaml)),
        _section("yaml", "Kubernetes and Istio YAML", _source(record.context.resources_yaml)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        # No script, no request: also if some text of the user's got through.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name} · meshsim</title>\n<style>\n{style}</style></head>\n<body>\n"
        f"<header><h1>{name}</h1>{_badge(record)}</header>\n"
        + "\n".join(sections)
        + f"\n<footer>meshsim {escape(record.info.version)}</footer>\n</body></html>\n"
    )


def _section(anchor: str, title: str, body: str) -> str:
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>\n{body}\n</section>'


def _badge(record: RunRecord) -> str:
    if not record.thresholds:
        return '<span class="badge none">no thresholds</span>'
    failed = sum(not t["ok"] for t in record.thresholds)
    if failed:
        return f'<span class="badge bad">{failed} of {len(record.thresholds)} failed</span>'
    return f'<span class="badge good">{len(record.thresholds)} thresholds met</span>'


def _facts(record: RunRecord) -> str:
    info = record.info
    ended = info.ended_by if info.ended_by != "limit" else f"limit: {info.limit}"
    facts = {
        "Config digest": info.config_digest,
        "Seed": str(info.seed),
        "Replications": str(info.runs),
        "Fingerprint": info.fingerprint,
        "Record hash": record.hash,
        "Simulated": duration_text(info.ended_ns),
        "Warm-up": duration_text(info.warmup_ns),
        "Ended by": ended,
        "Requests": f"{info.requests_created:,} created, {info.requests_in_flight:,} in flight",
        "Events": f"{info.events:,}",
    }
    rows = "".join(f"<div><dt>{k}</dt><dd>{escape(v)}</dd></div>" for k, v in facts.items())
    return f"<dl>{rows}</dl>"


def _verdict(record: RunRecord) -> str:
    if not record.thresholds:
        return '<p class="empty">The scenario states none.</p>'
    rows = [
        (escape(t["text"]), escape(t["value_text"]), _verdict_mark(t["ok"]))
        for t in record.thresholds
    ]
    return _html_table(("Threshold", "Value", "Verdict"), rows, left=1)


def _verdict_mark(ok: bool) -> str:
    return '<span class="good">met</span>' if ok else '<span class="bad">FAILED</span>'


LOAD_COLUMNS: dict[str, tuple[str, Cell]] = {
    "load": ("Load", lambda v: escape(str(v))),
    "requests": ("Requests", lambda v: f"{v:,}"),
    "rps": ("Rate (1/s)", digits),
    "success_rate": ("Ok", percent),
    "mean_ms": ("Mean", milliseconds_text),
    "p50_ms": ("p50", milliseconds_text),
    "p90_ms": ("p90", milliseconds_text),
    "p99_ms": ("p99", milliseconds_text),
    "max_ms": ("Max", milliseconds_text),
}

EDGE_COLUMNS: dict[str, tuple[str, Cell]] = {
    "source": ("Source", lambda v: escape(str(v or "–"))),
    "service": ("Service", lambda v: escape(service_short(v or "no route"))),
    "destination": ("Destination", lambda v: escape(str(v or "not sent"))),
    "rps": ("Rate (1/s)", digits),
    "success_rate": ("Ok", percent),
    "p50_ms": ("p50", milliseconds_text),
    "p90_ms": ("p90", milliseconds_text),
    "p99_ms": ("p99", milliseconds_text),
    "retries": ("Retries", lambda v: f"{v:,}"),
    "ejections": ("Ejections", lambda v: f"{v:,}"),
}


def _loads(record: RunRecord) -> str:
    return _table(record.summary(), LOAD_COLUMNS, left=1)


def _intervals(record: RunRecord) -> str:
    """Means over the replications with their intervals."""
    rows = [
        (
            escape(row["metric"]),
            metric_text(row["metric"], row["mean"]),
            half_width_text(row["metric"], row["half_width"]),
            str(row["runs"]),
        )
        for row in interval_rows(figures_by_metric(record.context.replications), 0.95)
    ]
    return _html_table(("Metric", "Mean", "95 % interval", "Runs"), rows, left=1)


def _edges(record: RunRecord) -> str:
    return _table(record.edges, EDGE_COLUMNS, left=3)


def _table(table: Table, columns: Mapping[str, tuple[str, Cell]], *, left: int) -> str:
    rows = [[show(row[name]) for name, (_, show) in columns.items()] for row in table.rows()]
    if not rows:
        return '<p class="empty">Nothing was recorded.</p>'
    return _html_table([title for title, _ in columns.values()], rows, left=left)


def _html_table(
    titles: Sequence[str], rows: Iterable[Sequence[str]], *, left: int, more: str = ""
) -> str:
    """A table of cells that are HTML already; the first `left` columns are texts."""

    def tag(i: int) -> str:
        return ' class="l"' if i < left else ""

    head = "".join(f"<th{tag(i)}>{escape(t)}</th>" for i, t in enumerate(titles))
    body = "".join(
        "<tr>" + "".join(f"<td{tag(i)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>'
        f"</div>{more}"
    )


#: Pictures in the order of the page; `picture_names` leaves out those that say nothing.
PICTURES = (
    "throughput", "latency", "split", "versions", "failures", "goodput", "amplification",
    "inflight", "queues", "waiting", "utilisation", "replicas", "hosts", "topology",
)  # fmt: skip


def picture_names(record: RunRecord) -> list[str]:
    """The pictures that have something to say about this run."""
    several = split_service(record) is not None
    retried = amplification.has_retries(record)
    wanted = {
        "split": several,
        "versions": several,
        "goodput": goodput.tells(record),
        "amplification": retried,
        "inflight": retried,
        "waiting": bool(highest_workloads(record, "queued")),
        "utilisation": bool(utilisation.busiest(record)),
        "replicas": replicas.has_changes(record),
    }
    return [name for name in PICTURES if wanted.get(name, True)]


def _pictures(record: RunRecord) -> str:
    names = picture_names(record)
    drawn = [svg_text(small_figure(record, name), f"meshsim-{name}") for name in names]
    figures = "\n".join(f"<figure>{svg}</figure>" for svg in drawn)
    return f'<div class="pictures">{figures}</div>\n<ul class="marks">{_marks(record)}</ul>'


def _marks(record: RunRecord) -> str:
    """What the letters and numbers above the axes stand for."""
    return "".join(
        f"<li><b>{name}</b> {escape(span.label)} ({when(span)})</li>"
        for name, span in marks(record)
    )


def _events(record: RunRecord) -> str:
    table = record.events
    if not len(table):
        return '<p class="empty">None.</p>'
    rows: list[list[str]] = []
    for row in table.rows():
        if len(rows) == EVENTS_MAX:
            break
        texts = [row[name] for name in ("event", "about", "proxy", "cluster", "host")]
        rows.append([f"{row['at_s']:.3f}", *(escape(str(t or "")) for t in texts)])
    more = len(table) - len(rows)
    note = f"<p>… and {more:,} more.</p>" if more else ""
    titles = ("Time (s)", "Event", "About", "Seen by", "Cluster", "Host")
    return _html_table(titles, rows, left=6, more=note)


def _diagnostics(record: RunRecord) -> str:
    rows: list[tuple[str, ...]] = []
    for d in record.context.diagnostics:
        place = f"{d['file']}:{d['line']}:{d['column']}" if d["file"] else ""
        mark = {"error": "bad", "warning": "warn"}.get(d["severity"], "none")
        rows.append(
            (
                f'<span class="{mark}">{escape(d["severity"])}</span>',
                escape(d["code"]),
                escape(place),
                escape(f"{d['path']}: {d['what']}" if d["path"] else d["what"]),
                escape(d["hint"]),
            )
        )
    if not rows:
        return '<p class="empty">None: nothing was ignored, nothing looked wrong.</p>'
    return _html_table(("Severity", "Code", "Place", "What", "Fix"), rows, left=5)


def _source(text: str) -> str:
    if not text.strip():
        return '<p class="empty">None.</p>'
    lines = text.count("\n") + 1
    return f"<details><summary>{lines} lines</summary><pre>{escape(text)}</pre></details>"


__all__ = ["report_html", "write_report"]
