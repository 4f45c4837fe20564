"""What `meshsim verify` prints: rows by family, a table of families, the verdict."""

import math
import statistics
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from meshsim.units import digits

if TYPE_CHECKING:
    from meshsim._core import VerifiedRow
    from meshsim.recordings import Verification, VerifiedCase

#: Longer names of measures stand out of their column: those of clusters in other namespaces.
MEASURE_MAX = 66
COLUMNS = ("case", "measure", "kind", "ours", "Envoy", "range", "difference", "allowed", "verdict")
RIGHT = {"ours", "Envoy", "range", "difference", "allowed"}


def verify_text(
    done: "Verification", *, misses: bool = False, width: int | None = None, color: bool = True
) -> str:
    """The whole answer.

    Args:
        done: What was compared.
        misses: Only rows that do not hold, and cases that could not be run.
        width: Of the terminal; None = as wide as it takes, each line complete by itself.
        color: Mark misses in colour (click takes it away in a pipe).
    """
    cells = {case.name: [row_cells(case, row) for row in case.rows] for case in done.cases}
    widths = column_widths([row for rows in cells.values() for row in rows])
    headed = width is not None and sum(widths) + 2 * len(widths) > width
    lines: list[str] = []
    for family, members in groupby(done.cases, key=lambda case: case.family):
        cases = [c for c in members if not (misses and c.holds)]
        if not cases:
            continue
        lines += ["", styled(family, color, bold=True)]
        head = "  " + line_of(COLUMNS[1:], widths[1:]) if headed else line_of(COLUMNS, widths)
        lines.append(styled(head, color, dim=True))
        for case in cases:
            lines += case_lines(case, cells[case.name], widths, misses, headed, color)
    return "\n".join([*lines[1:], *([""] if lines else []), *family_lines(done, color)])


def case_lines(
    case: "VerifiedCase", cells: Sequence[Sequence[str]], widths: Sequence[int],
    misses: bool, headed: bool, color: bool,
) -> Iterator[str]:  # fmt: skip
    """The lines of one case; in a narrow terminal below its name instead of beside it."""
    if not case.finished:
        why = "cannot be run" if case.broken else "not finished"
        yield styled(f"  {case.name:<{widths[0]}}  {why}", color, fg="red", bold=True)
    elif headed:
        yield "  " + case.name
    for row, columns in zip(case.rows, cells, strict=True):
        if misses and row.holds:
            continue
        shown = line_of(columns[1:], widths[1:]) if headed else line_of(columns, widths)
        line = "  " + shown if headed else shown
        if not row.holds:
            line = styled(line + (f"  {row.note}" if row.note else ""), color, fg="red", bold=True)
        yield line


def row_cells(case: "VerifiedCase", row: "VerifiedRow") -> list[str]:
    """The columns of one row as text."""
    if row.kind == "sequence":
        ours, envoy, spread = f"{100 * statistics.fmean(row.ours):.4g} %", "100 %", ""
        difference = f"{100 * row.difference:+.3g} %" if row.difference else "0"
    else:
        ours, envoy = number(statistics.fmean(row.ours)), number(row.mean)
        if row.sd:
            envoy += f" ± {digits(row.sd, 2)}"
        spread = f"{number(row.min)} … {number(row.max)}" if row.min != row.max else ""
        difference = signed(row.difference) + (" pp" if row.kind == "share" else "")
    allowed = f"± {row.tolerance}" if row.tolerance else "exact"
    verdict = "holds" if row.holds else "MISS"
    return [case.name, short(row.measure), row.kind, ours, envoy, spread, difference, allowed,
            verdict]  # fmt: skip


def short(measure: str) -> str:
    """A measure without the part of its cluster's name that nearly all of them have."""
    return measure.replace(".default.svc.cluster.local", "")


def number(value: float) -> str:
    """Counts as they are, everything else with four digits."""
    return str(int(value)) if value == math.floor(value) else digits(value, 4)


def signed(value: float) -> str:
    """A difference; nothing that rounding made."""
    return "0" if abs(value) < 1e-9 else f"{'+' if value > 0 else '-'}{digits(abs(value), 3)}"


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """As wide as the widest cell, measures up to a limit."""
    widths = [max(len(row[i]) for row in (COLUMNS, *rows)) for i in range(len(COLUMNS))]
    widths[1] = min(widths[1], MEASURE_MAX)
    return widths


def line_of(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Cells in their columns, numbers to the right."""
    names = COLUMNS[len(COLUMNS) - len(cells) :]
    parts = [
        cell.rjust(width) if name in RIGHT else cell.ljust(width)
        for cell, width, name in zip(cells, widths, names, strict=True)
    ]
    return ("  " + "  ".join(parts)).rstrip()


def family_lines(done: "Verification", color: bool) -> list[str]:
    """One line a family, and the verdict."""
    families: dict[str, list[VerifiedCase]] = {}
    for case in done.cases:
        families.setdefault(case.family, []).append(case)
    lines = []
    for name, cases in families.items():
        rows = [row for case in cases for row in case.rows]
        held, good = sum(row.holds for row in rows), sum(case.holds for case in cases)
        text = f"{name:<16}{held:>5} of {len(rows):>3} rows {good:>4} of {len(cases):>2} cases"
        broken = sum(not case.finished for case in cases)
        text += f"   {broken} not run" if broken else ""
        lines.append(text if good == len(cases) else styled(text, color, fg="red"))
    if len(lines) == 1:
        lines = []
    verdict = styled(done.verdict, color, bold=True, fg="green" if done.holds else "red")
    return [*lines, *([""] if lines else []), verdict]


def styled(text: str, color: bool, **style: object) -> str:
    """Text in a style, where styles are wanted."""
    return click.style(text, **style) if color else text  # type: ignore[arg-type]


__all__ = ["verify_text"]
