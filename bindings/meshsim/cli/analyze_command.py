"""`meshsim analyze`: every problem of the input, without running it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INVALID, ISSUES, OK, Output, verb

if TYPE_CHECKING:
    from meshsim._core import Diagnostic, Scenario

EXAMPLE = """\b
Example:
  meshsim analyze scenarios/bookinfo_canary
  meshsim analyze k8s/*.yaml istio/ --fail-on warning
"""

RANK = {"info": 0, "warning": 1, "error": 2}
# The input could not be read at all: malformed text, missing file, limit, bad anchor.
UNREADABLE = {"MS0101", "MS0109", "MS0110", "MS0111"}


@click.command("analyze", epilog=EXAMPLE)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "info"]), default="error",
    show_default=True, help="Exit with 79 from this severity on.",
)  # fmt: skip
@common_options
@verb
def command(out: Output, paths: tuple[str, ...], fail_on: str) -> None:
    """Check scenarios, Kubernetes and Istio YAML: files, folders or globs.

    Exit code 79 when problems were found, 65 when the input cannot be read as YAML at all.
    """
    found = problems(paths)
    out.show(found, on_stdout=True)
    counts = {s: sum(d.severity == s for d in found) for s in ("error", "warning", "info")}
    out.say(summary(counts))
    code = OK
    if any(d.severity == "error" and d.code in UNREADABLE for d in found):
        code = INVALID
    elif any(RANK[d.severity] >= RANK[fail_on] for d in found):
        code = ISSUES
    out.finish(code, {"counts": counts})


def problems(paths: Sequence[str]) -> list["Diagnostic"]:
    """What reading and, where there are no errors, compiling finds; each problem once."""
    found: dict[Diagnostic, None] = {}
    for scenario in _read(paths):
        mine = scenario.diagnostics
        found.update(dict.fromkeys(mine))
        if scenario.loads and not any(d.severity == "error" for d in mine):
            found.update(dict.fromkeys(scenario.compile()[1]))
    return list(found)


def _read(paths: Sequence[str]) -> list["Scenario"]:
    """One scenario per scenario path, each with all paths that are none."""
    from meshsim.scenario import read

    scenarios = [p for p in paths if _is_scenario(Path(p))]
    rest = [p for p in paths if p not in scenarios]
    if not scenarios:
        return [read(rest, "")]
    return [read(rest, s) if rest else read([s], None) for s in scenarios]


def _is_scenario(path: Path) -> bool:
    if path.is_dir():
        return (path / "scenario.yaml").exists()
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return False
    return any(line.rstrip() == "kind: Scenario" for line in text.splitlines())


def summary(counts: dict[str, int]) -> str:
    """One closing line."""
    if not any(counts.values()):
        return "no problems found"

    def counted(severity: str, noun: str) -> str:
        return f"{counts[severity]} {noun}" + ("" if counts[severity] == 1 else "s")

    return ", ".join(
        [counted("error", "error"), counted("warning", "warning"), counted("info", "note")]
    )


__all__ = ["command", "problems"]
