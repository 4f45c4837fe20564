"""Writes the figures of docs/fidelity.md, and its picture, from a run of all recordings.

The page is written by hand around blocks `<!-- figures: NAME -->` … `<!-- end -->`; what stands in
them is replaced.

usage: fidelity.py [FOLDER]     FOLDER holds the recorded cases (default ../shared/fixtures/envoy)
"""

import hashlib
import json
import math
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import meshsim as ms
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from meshsim._native import core
from meshsim.cli.verify_text import number, signed
from meshsim.plot import style
from meshsim.recordings import Verification, VerifiedCase
from meshsim.store import atomic_write
from meshsim.units import digits, milliseconds_text

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "fidelity.md"
PICTURE = ROOT / "docs" / "pictures" / "fidelity.png"
REASONS = ROOT / "tests" / "verify" / "not_yet.txt"
FILES = ("case.yaml", "istio.yaml", "expected.json", "arrivals.csv")
QUANTITIES = ("mean", "p50", "p90", "p99")
KINDS = {
    "exact": "a count, in every run within the range of Envoy's runs",
    "sequence": "each request in order: code, flags, attempts, and who received them",
    "mean": "the mean over runs, within the stated tolerance or the range of Envoy's runs",
    "share": "a share of all requests, within the stated percentage points",
    "quantile": "p50, p90, p99 or the largest latency, as for a mean",
    "timeline": "every second of a series, each as for a mean",
}


# ---- figures ----------------------------------------------------------------------------------


def share_error(case: VerifiedCase) -> float:
    """Percentage points of the requests that ended otherwise than Envoy's."""
    names = {k for k in (*case.recorded, *case.scalars) if k.startswith("outcome.")}
    ours, theirs = case.scalars["requests"]["mean"], case.recorded["requests"][0]

    def apart(name: str) -> float:
        mine = case.scalars.get(name, {"mean": 0.0})["mean"] / ours
        return abs(mine - case.recorded.get(name, (0.0,))[0] / theirs)

    return 50 * sum(apart(name) for name in sorted(names))


def latency_error(case: VerifiedCase, quantity: str) -> tuple[float, float, float]:
    """Ours less Envoy's mean in ms, and how far Envoy's own runs lie below and above their mean."""
    name = f"latency_ms.all.{quantity}"
    mean, _, least, most = case.recorded.get(name, (0.0,) * 4)
    ours = case.scalars.get(name, {"mean": 0.0})["mean"]
    return ours - mean, least - mean, most - mean


def relative_error(case: VerifiedCase, quantity: str) -> float:
    """The same as a share of Envoy's."""
    mean = case.recorded.get(f"latency_ms.all.{quantity}", (0.0,))[0]
    return abs(latency_error(case, quantity)[0]) / mean if mean else 0.0


def families(cases: Iterable[VerifiedCase]) -> dict[str, list[VerifiedCase]]:
    """Cases by family, in order of name."""
    out: dict[str, list[VerifiedCase]] = {}
    for case in cases:
        out.setdefault(case.family, []).append(case)
    return dict(sorted(out.items()))


def typical_and_worst(values: Sequence[float]) -> str:
    """`0.42 · 2.8`."""
    return f"{digits(statistics.median(values), 2)} · {digits(max(values), 2)}"


def digest(folder: Path) -> str:
    """Of everything that was compared with."""
    sha = hashlib.sha256()
    for path in sorted(p for name in FILES for p in folder.glob(f"*/{name}")):
        sha.update(f"{path.relative_to(folder)}\n".encode())
        sha.update(hashlib.sha256(path.read_bytes()).digest())
    return sha.hexdigest()[:16]


def reasons() -> dict[str, str]:
    """Why a case does not hold yet, by its name."""
    lines = REASONS.read_text("utf-8").splitlines()
    pairs = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


# ---- the page ---------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> list[str]:
    """A Markdown table; the last `right` columns are numbers."""
    marks = ["---"] * (len(head) - right) + ["--:"] * right

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(head), "|" + "|".join(marks) + "|", *map(line, rows), ""]


def page(text: str, done: Verification, folder: Path) -> str:
    """The page with all its blocks made anew."""
    blocks = {
        "verdict": verdict(done, folder), "misses": misses(done), "errors": errors(done),
        "versions": versions(folder), "rows": compared(done), "cases": every_case(done),
    }  # fmt: skip
    for name, lines in blocks.items():
        body = "\n".join(lines).strip("\n")
        pattern = rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)"
        block = partial("{1}{0}\n{2}".format, body)
        text, count = re.subn(pattern, lambda m, b=block: b(m[1], m[2]), text, flags=re.DOTALL)
        if count != 1:
            raise SystemExit(f"{PAGE}: {count} blocks are called {name}, expected one")
    return text


def verdict(done: Verification, folder: Path) -> list[str]:
    """The sentence that everything else explains."""
    n, m, k, cases = done.counts
    requests = sum(case.recorded["requests"][0] for case in done.cases if case.finished)
    return [
        f"**{n} of {m} rows hold; {k} of {cases} cases hold as a whole.** "
        f"({requests:,.0f} requests a run; recordings `{digest(folder)}`, "
        f"meshsim {ms.__version__}.)"
    ]


def misses(done: Verification) -> list[str]:
    """Everything that does not hold, with the reason."""
    why = reasons()
    missed = [case for case in done.cases if not case.holds]
    lines = [] if missed else ["Nothing: every row of every case holds.", ""]
    for case in missed:
        reason = why.get(case.name, "not understood yet")
        lines += [f"**{case.name}.** {case.question} *Why it does not hold:* {reason}.", ""]
        if case.broken:
            lines += ["It cannot be run.", ""]
        rows = [miss_cells(row) for row in case.rows if not row.holds]
        head = ("row", "kind", "ours", "Envoy", "difference", "allowed")
        lines += table(head, rows, right=4)
        lines += [f"{sum(r.holds for r in case.rows)} of its {len(case.rows)} rows hold.", ""]
    return lines


def miss_cells(row: Any) -> list[str]:
    """One row that fails."""
    measure = f"`{row.measure}`" + (f" ({row.note})" if row.note else "")
    allowed = f"± {row.tolerance}" if row.tolerance else "exact"
    if row.kind == "sequence":
        ours = f"{100 * statistics.fmean(row.ours):.3g} % of the requests"
        return [measure, row.kind, ours, "100 %", "", allowed]
    theirs = number(row.mean)
    theirs += f" ({number(row.min)} … {number(row.max)})" if row.min != row.max else ""
    difference = signed(row.difference) + (" pp" if row.kind == "share" else "")
    return [measure, row.kind, number(statistics.fmean(row.ours)), theirs, difference, allowed]


def errors(done: Verification) -> list[str]:
    """The distribution of errors, by family."""
    cases = [case for case in done.cases if case.finished]
    rows = []
    for name, members in (*families(cases).items(), ("**all**", cases)):
        held = sum(row.holds for case in members for row in case.rows)
        count = sum(len(case.rows) for case in members)
        cells = [name, str(len(members)), f"{held} of {count}"]
        cells.append(typical_and_worst([share_error(case) for case in members]))
        for quantity in QUANTITIES:
            apart = [abs(latency_error(case, quantity)[0]) for case in members]
            cells.append(typical_and_worst(apart))
        rows.append(cells)
    head = ("family", "cases", "rows", "shares, pp", *(f"{q}, ms" for q in QUANTITIES))
    return [*table(head, rows, right=7), *relative(cases)]


def relative(cases: Sequence[VerifiedCase]) -> list[str]:
    """Relative errors, and how many lie within Envoy's own spread."""
    lines = []
    for quantity in QUANTITIES:
        apart = sorted(relative_error(case, quantity) for case in cases)
        tenth = apart[min(len(apart) - 1, (9 * len(apart)) // 10)]
        inside = sum(
            low <= error <= high
            for error, low, high in (latency_error(case, quantity) for case in cases)
        )
        lines.append(
            f"- {quantity}: half of the cases within {percents(statistics.median(apart))}, nine of "
            f"ten within {percents(tenth)}; {inside} of {len(cases)} inside the range of Envoy's "
            "own runs."
        )
    return ["As a share of Envoy's latency, over all cases:", "", *lines, ""]


def percents(share: float) -> str:
    """Two digits."""
    return f"{digits(100 * share, 2)} %"


def versions(folder: Path) -> list[str]:
    """What was recorded with, and what measuring added."""
    found = [json.loads((f / "expected.json").read_text("utf-8")) for f in sorted(folder.iterdir())
             if (f / "expected.json").exists()]  # fmt: skip
    dates = sorted({r["recorded"]["date"] for r in found})
    counts = Counter((r["recorded"]["envoy"], r["recorded"]["istio"]) for r in found)
    overhead = {k: milliseconds_text(ns / 1e6) for k, ns in core.recording_overhead().items()}
    return [
        *(
            f"- Envoy {envoy}, configured by istiod {istio}: {count} cases"
            for (envoy, istio), count in sorted(counts.items())
        ),
        f"- recorded {' to '.join(dict.fromkeys((dates[0], dates[-1])))}; {run_counts(found)}",
        f"- what measuring added, the same in every case: a traversal of the proxy "
        f"{overhead['proxy']}, a round trip on loopback {overhead['loopback']}, an application "
        f"that is late by {overhead['service']}, the load generator's turn {overhead['client']}",
    ]


def run_counts(found: Sequence[dict[str, Any]]) -> str:
    """How many runs the cases have."""
    counts = Counter(int(r["runs"]) for r in found)
    return ", ".join(f"{n} runs in {count} cases" for n, count in sorted(counts.items()))


def compared(done: Verification) -> list[str]:
    """What the rows are about."""
    rows = [row for case in done.cases for row in case.rows]
    cells = []
    for kind, meaning in KINDS.items():
        mine = [row for row in rows if row.kind == kind]
        cells.append([kind, meaning, str(len(mine)), str(sum(row.holds for row in mine))])
    lines = table(("kind", "our value must be", "rows", "hold"), cells, right=2)
    words = Counter(subject(row.measure, row.kind) for row in rows)
    lines.append("By subject: " + ", ".join(f"{w} {n}" for w, n in words.most_common()) + ".")
    return [*lines, ""]


SUBJECTS = {
    "stat": "Envoy's counters", "outcome": "codes and flags", "request": "codes and flags",
    "received": "who received how much", "host": "who received how much",
    "answered": "who received how much", "latency_ms": "latencies", "sequence": "sequences",
    "hop": "hops between services", "inbound": "hops between services",
    "attempts": "numbers of attempts", "eject": "ejections and returns",
    "uneject": "ejections and returns", "eject_at_s": "ejections and returns",
    "uneject_at_s": "ejections and returns", "queue_max": "queues of applications",
    "route": "routes and clusters", "cluster": "routes and clusters",
    "details": "response-code details", "gap_ms": "back-off times", "mirrored": "mirrored requests",
    "requests": "closed loops' throughput", "overhead_ms": "the proxy's own latency",
    "gauge_max": "gauges", "flag": "codes and flags", "code": "codes and flags",
}  # fmt: skip


def subject(measure: str, kind: str) -> str:
    """What a measure is about."""
    if kind == "timeline":
        return "series by second"
    return SUBJECTS.get(measure.split(".")[0], "others")


def every_case(done: Verification) -> list[str]:
    """The appendix."""
    rows = []
    for case in done.cases:
        if not case.finished:
            rows.append([case.name, case.question, "cannot be run", *[""] * 5])
            continue
        cells = [case.name, case.question]
        held = sum(row.holds for row in case.rows)
        cells.append(f"{held} of {len(case.rows)}" + ("" if case.holds else " **miss**"))
        cells.append(digits(share_error(case), 2))
        for quantity in ("p50", "p99"):
            name = f"latency_ms.all.{quantity}"
            cells.append(digits(case.scalars.get(name, {"mean": math.nan})["mean"]))
            cells.append(digits(case.recorded.get(name, (math.nan,))[0]))
        rows.append(cells)
    head = ("case", "question", "rows", "shares, pp", "p50, ms", "Envoy", "p99, ms", "Envoy")
    return table(head, rows, right=6)


# ---- the picture ------------------------------------------------------------------------------


def picture(done: Verification) -> style.Picture:
    """Errors by family, one mark a case: shares on the left, latencies on the right."""
    cases = [case for case in done.cases if case.finished]
    names = list(families(cases))
    with style.styled():
        figure = style.new_figure(13.0, 0.36 * len(names) + 2.2)
        shares, latencies = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.9))
        for i, members in enumerate(families(cases).values()):
            draw_shares(shares, i, members)
            draw_latencies(latencies, i, members)
        shares.set_xscale("symlog", linthresh=0.1, linscale=0.6)
        shares.set_xlim(-0.02, 110)
        shares.set_title("Requests that ended otherwise")
        shares.set_xlabel("percentage points (linear up to 0.1)")
        latencies.set_xscale("symlog", linthresh=1, linscale=0.8)
        latencies.set_title("Latency: ours less Envoy's")
        latencies.set_xlabel("ms (linear within ± 1)")
        for axes, ticks in ((shares, (0, 0.1, 1, 10, 100)), (latencies, SIGNED_TICKS)):
            axes.set_xticks(ticks, [number(abs(t)) if axes is shares else minus(t) for t in ticks])
            axes.minorticks_off()
        latencies.axvline(0, color="#555555", lw=1)
        shares.set_yticks(range(len(names)), names)
        shares.set_ylim(len(names) - 0.4, -0.6)
        marks = [
            Line2D([], [], ls="", marker="o", ms=5, color=colour, label=name)
            for name, colour in zip(QUANTITIES, style.CYCLE, strict=False)
        ]
        bar = Line2D([], [], lw=5, color="#CFCFCF", label="Envoy's own runs")
        miss = Line2D(
            [], [], ls="", marker="X", ms=7, color="#333333", label="the case misses a row"
        )
        figure.legend(handles=[*marks, bar, miss], loc="outside lower center", ncols=6)
        return figure


SIGNED_TICKS = (-300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100)


def minus(value: float) -> str:
    """A tick with a real minus sign."""
    return number(value).replace("-", "\N{MINUS SIGN}")


def draw_shares(axes: Axes, at: int, members: Sequence[VerifiedCase]) -> None:
    """A family's share errors."""
    for case, y in zip(members, spread_out(at, len(members), 0.55), strict=True):
        marker, size = ("o", 22) if case.holds else ("X", 46)
        axes.scatter(share_error(case), y, s=size, marker=marker, c="#333333", alpha=0.75, lw=0)


def draw_latencies(axes: Axes, at: int, members: Sequence[VerifiedCase]) -> None:
    """A family's latency errors above the spread of Envoy's own runs."""
    width = 2.4 if len(members) < 4 else 1.0
    for k, (quantity, colour) in enumerate(zip(QUANTITIES, style.CYCLE, strict=False)):
        middle = at + (k - 1.5) * 0.19
        for case, y in zip(members, spread_out(middle, len(members), 0.14), strict=True):
            error, low, high = latency_error(case, quantity)
            axes.plot(
                (low, high), (y, y), color="#CFCFCF", lw=width, solid_capstyle="butt", zorder=1
            )
            marker, size = ("o", 13) if case.holds else ("X", 34)
            axes.scatter(error, y, s=size, marker=marker, c=colour, alpha=0.85, lw=0, zorder=2)


def spread_out(middle: float, count: int, room: float) -> list[float]:
    """`count` places around `middle`, so that marks do not hide each other."""
    if count == 1:
        return [middle]
    return [middle + room * (i / (count - 1) - 0.5) for i in range(count)]


def main() -> None:
    """Runs everything and writes page and picture."""
    given = sys.argv[1] if len(sys.argv) > 1 else ROOT.parent / "shared" / "fixtures" / "envoy"
    folder = Path(given)
    done = ms.verify(folder)
    atomic_write(PAGE, page(PAGE.read_text("utf-8"), done, folder).encode())
    style.write_figure(picture(done), PICTURE)
    print(f"{PAGE.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}: {done.verdict}")


if __name__ == "__main__":
    main()
