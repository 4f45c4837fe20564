"""`meshsim run`: simulate a scenario, print what matters, keep the rest."""

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INTERRUPTED, INVALID, OK, THRESHOLD, Output, verb

if TYPE_CHECKING:
    from meshsim.plan import Plan
    from meshsim.record import RunRecord

EXAMPLE = """\b
Example:
  meshsim run scenarios/bookinfo_canary
  meshsim run scenarios/bookinfo_canary --until 2m --replications 10 --threads 2
  meshsim run scenarios/bookinfo_breaker --out out --report out/report.html
  meshsim run shop.yaml --set load.shoppers.open.rate=900 \\
      --set DestinationRule/cart:spec.trafficPolicy.connectionPool.http.maxRetries=1
"""


@click.command("run", epilog=EXAMPLE)
@click.argument("scenario")
@click.option("--until", metavar="TIME", help='End of the run, e.g. "10m"; replaces run.until.')
@click.option(
    "--replications", type=click.IntRange(1),
    help="Runs with different seeds: means with intervals; all else is their sum.",
)  # fmt: skip
@click.option(
    "--threads", type=click.IntRange(0), default=0, help="For replications; 0 = one per core."
)
@click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE",
    help='Change a value: a path in the scenario\'s spec, or "Kind/name:spec.path" of an object.',
)  # fmt: skip
@click.option(
    "--out", "folder", type=click.Path(path_type=Path), help="Folder to write the run to."
)
@click.option("--report", type=click.Path(path_type=Path), help="HTML file to write.")
@click.option("--png", type=click.Path(path_type=Path), help="Picture to write.")
@click.option("--print-effective", is_flag=True, help="Print the scenario with every default.")
@common_options
@verb
def command(
    out: Output, scenario: str, overrides: tuple[str, ...], print_effective: bool, **options: Any
) -> None:
    """Simulate SCENARIO: a file, a folder with scenario.yaml, or - for standard input.

    Prints the scenario's digest and seed, a table per load and per hop, each threshold with its
    value and verdict, and the fingerprint that tells whether two runs were the same.
    """
    plan = compiled(out, scenario, overrides, options["until"], print_effective)
    records, interrupted = simulated(out, plan, options["replications"], options["threads"])
    if not records:
        out.complain("interrupted before the first replication was finished")
        out.finish(INTERRUPTED, error="interrupted")
    finished(out, records, interrupted, options)


def compiled(
    out: Output, path: str, overrides: tuple[str, ...], until: str | None, print_effective: bool
) -> "Plan":
    """The plan of the scenario after all overrides; ends the verb when there are errors."""
    from meshsim.plan import Plan
    from meshsim.scenario import Scenario, read

    if path == "-":
        from meshsim._native import core

        scenario = core.parse_scenario(sys.stdin.read(), "<stdin>")
    else:
        scenario = read([path], None)
    pairs = [pair_of(text) for text in overrides]
    if until is not None:
        pairs.append(("run.until", until))
    if pairs and not _has_errors(scenario.diagnostics):
        scenario = scenario.with_overrides(pairs)
    found = list(scenario.diagnostics)
    plan = None
    if not _has_errors(found):
        if print_effective:
            out.show(found)
            text = scenario.effective_yaml()
            out.give(text.rstrip("\n"))
            out.finish(OK, {"effective": text})
        plan, problems = scenario.compile()
        found += [d for d in problems if d not in found]
    out.show(found)
    if plan is None:
        count = sum(d.severity == "error" for d in found)
        text = f"{path}: {count} error{'' if count == 1 else 's'}; nothing was run"
        out.complain(text)
        out.finish(INVALID, error=text)
    assert plan is not None
    return Plan(plan, Scenario(scenario), [d for d in found if d not in scenario.diagnostics])


def _has_errors(found: Any) -> bool:
    return any(d.severity == "error" for d in found)


def pair_of(text: str) -> tuple[str, str]:
    """`path=value` in two; the path may hold no `=`."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise click.UsageError(f"--set takes PATH=VALUE, not {text!r}")
    return path.strip(), value


def simulated(
    out: Output, plan: "Plan", replications: int | None, threads: int
) -> tuple[list["RunRecord"], bool]:
    """The records, and whether Ctrl-C cut them short."""
    from meshsim.cli.progress import shown_progress

    count = replications or plan.replications
    seed = plan.seed if out.seed is None else out.seed
    with shown_progress(out.progress, quiet=out.quiet) as progress:
        if count == 1:
            records = [plan.run(seed=seed, progress=progress)]
        else:
            seeds = plan.seeds(count, first=seed)
            records = plan.replicate(seeds=seeds, threads=threads, progress=progress)
    early = any(r.info.ended_by == "interrupt" for r in records) or len(records) < count
    return records, early


def finished(
    out: Output, records: list["RunRecord"], interrupted: bool, options: dict[str, Any]
) -> None:
    """Prints and writes what there is to tell, and ends the verb."""
    from meshsim.cli.run_text import run_text
    from meshsim.record import merged

    record = merged(records)
    artefacts = written(record, options)
    out.say(run_text(record, artefacts, color=out.color))
    failed = [t for t in record.thresholds if not t["ok"]]
    code = THRESHOLD if failed else OK
    error = ""
    if failed:
        error = f"{len(failed)} of {len(record.thresholds)} thresholds failed"
    if record.info.ended_by == "limit":
        out.remark(f"the run ended early: {record.info.limit}")
    if interrupted:
        code, error = INTERRUPTED, "interrupted; what was finished is kept"
        out.complain(error)
    out.finish(code, answer(record, artefacts), error)


def written(record: "RunRecord", options: dict[str, Any]) -> list[tuple[str, Path]]:
    """Writes the artefacts that were asked for."""
    artefacts = []
    if options["folder"] is not None:
        artefacts.append(("run", record.save(options["folder"])))
    if options["report"] is not None:
        artefacts.append(("report", record.report(options["report"])))
    if options["png"] is not None:
        from meshsim.plot import figure
        from meshsim.plot.style import png_bytes
        from meshsim.store import atomic_write

        picture = png_bytes(figure(record, "overview"))
        artefacts.append(("picture", atomic_write(options["png"], picture)))
    return artefacts


def answer(record: "RunRecord", artefacts: list[tuple[str, Path]]) -> dict[str, Any]:
    """What `--json` says about a run."""
    info = dataclasses.asdict(record.info)
    info["fault_spans"] = [list(span) for span in record.info.fault_spans]
    return {
        "info": info,
        "hash": record.hash,
        "loads": list(record.summary().rows()),
        "edges": list(record.edges.rows()),
        "thresholds": [dict(t) for t in record.thresholds],
        "intervals": intervals(record),
        "replications": [dict(r) for r in record.context.replications],
        "artefacts": [{"kind": kind, "path": str(path)} for kind, path in artefacts],
    }


def intervals(record: "RunRecord") -> list[dict[str, Any]]:
    """Means over replications with their 95 % intervals; none of a single run."""
    from meshsim.intervals import figures_by_metric, interval_rows

    return interval_rows(figures_by_metric(record.context.replications), 0.95)


__all__ = ["command"]
