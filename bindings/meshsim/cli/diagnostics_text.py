"""A diagnostic for a terminal: place, code, what, the source line with a caret, the fix."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from meshsim._core import Diagnostic

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
LINE_MAX = 160


class Sources:
    """Lines of the files that diagnostics point into, each file read once."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str | None:
        """Line `number` (from 1) of a file, or None."""
        if number < 1 or not file:
            return None
        if file not in self._files:
            try:
                text = Path(file).read_text("utf-8", errors="replace")
            except (OSError, ValueError):
                text = ""
            self._files[file] = text.split("\n")
        lines = self._files[file]
        return lines[number - 1].rstrip("\r") if number <= len(lines) else None


def render(d: "Diagnostic", sources: Sources) -> str:
    """The lines that tell one problem."""
    colour = COLOURS[d.severity]
    place = printable(str(d.place)) if d.place.file else "scenario"
    head = click.style(f"{place}: ", bold=True)
    head += click.style(f"{d.severity} [{d.code}]", fg=colour, bold=True)
    about = f"{printable(d.path)}: " if d.path else ""
    lines = [f"{head} {about}{printable(d.what)}"]
    lines += _excerpt(d, sources, colour)
    if d.hint:
        lines.append(click.style("  fix: ", fg="green") + printable(d.hint))
    return "\n".join(lines)


def _excerpt(d: "Diagnostic", sources: Sources, colour: str) -> list[str]:
    source = sources.line(d.place.file, d.place.line)
    if source is None or not source.strip():
        return []
    column = max(d.place.column, 1) - 1
    start = max(0, column - LINE_MAX // 2) if len(source) > LINE_MAX else 0
    shown = printable(source[start : start + LINE_MAX].replace("\t", " "))
    number = f"{d.place.line:>5} | "
    caret = " " * (len(number) + column - start) + "^"
    return [click.style(number, dim=True) + shown, click.style(caret, fg=colour, bold=True)]


def printable(text: str) -> str:
    """Text without control characters: a file cannot move a terminal's cursor."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


__all__ = ["Sources", "printable", "render"]
