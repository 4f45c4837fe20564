"""A run as Markdown, for pull requests and job summaries."""

from collections.abc import Sequence
from html import escape

from meshsim.record import RunRecord
from meshsim.units import digits, duration_text, milliseconds_text, percent

ROWS_MAX = 50


def markdown(record: RunRecord) -> str:
    """Facts, verdicts and the tables of loads and hops."""
    info = record.info
    lines = [
        f"## {_cell(info.scenario or 'unnamed scenario')}",
        "",
        f"{duration_text(info.ended_ns)} simulated, seed `{info.seed}`, config "
        f"`{info.config_digest}`, fingerprint `{info.fingerprint}`",
        "",
    ]
    if info.ended_by != "horizon":
        lines += [f"**Ended early: {info.ended_by} {_cell(info.limit)}**", ""]
    if record.thresholds:
        rows = [
            (_cell(t["text"]), _cell(t["value_text"]), "met" if t["ok"] else "**FAILED**")
            for t in record.thresholds
        ]
        lines += _table(("threshold", "value", "verdict"), rows)
    loads = [
        (
            _cell(str(r["load"])), f"{r['requests']:,}", digits(r["rps"]),
            percent(r["success_rate"]), milliseconds_text(r["p50_ms"]),
            milliseconds_text(r["p90_ms"]), milliseconds_text(r["p99_ms"]),
        )
        for r in record.summary().rows()
    ]  # fmt: skip
    lines += _table(("load", "requests", "rps", "ok", "p50", "p90", "p99"), loads)
    hops = [
        (
            _cell(str(r["source"])), _cell(str(r["service"] or "no route")),
            _cell(str(r["destination"] or "not sent")), digits(r["rps"]),
            percent(r["success_rate"]), milliseconds_text(r["p99_ms"]), f"{r['retries']:,}",
            f"{r['ejections']:,}",
        )
        for r in record.edges.rows()
    ]  # fmt: skip
    titles = ("source", "service", "destination", "rps", "ok", "p99", "retries", "ejections")
    lines += _table(titles, hops)
    return "\n".join(lines)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    lines += ["| " + " | ".join(row) + " |" for row in rows[:ROWS_MAX]]
    if len(rows) > ROWS_MAX:
        lines += ["", f"… and {len(rows) - ROWS_MAX} more rows"]
    return [*lines, ""]


def _cell(text: str) -> str:
    """Text that breaks neither the table nor out of it."""
    flat = " ".join(text.split())
    return escape(flat, quote=False).replace("|", "\\|").replace("`", "\\`").replace("*", "\\*")


__all__ = ["markdown"]
