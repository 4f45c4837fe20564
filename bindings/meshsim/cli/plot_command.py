"""`meshsim plot`: one picture of a saved run."""

from pathlib import Path
from typing import Any

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import OK, Output, verb

EXAMPLE = """\b
Example:
  meshsim run scenarios/bookinfo_canary --out out
  meshsim plot out split --service reviews --out split.png
  meshsim plot before compare --against after --out breaker.png
"""

NAMES = (
    "overview", "throughput", "latency", "split", "versions", "hosts", "shares", "ejections",
    "health", "ring", "queues", "waiting", "utilisation", "inflight", "amplification", "goodput",
    "replicas", "failures", "topology", "compare",
)  # fmt: skip


@click.command("plot", epilog=EXAMPLE)
@click.argument("run", default="out", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("name", default="overview", type=click.Choice(NAMES), metavar="NAME")
@click.option("--out", "path", type=click.Path(path_type=Path), help="RUN/NAME.png by default.")
@click.option("--service", help="Of all about one service: which.")
@click.option("--load", help="Of throughput, latency, goodput: which load.")
@click.option("--against", type=click.Path(path_type=Path), help="Of compare: the other run.")
@click.option("--labels", default="before,after", help="Of compare: names of the two runs.")
@common_options
@verb
def command(out: Output, run: Path, name: str, path: Path | None, **options: Any) -> None:
    """Draw NAME of the saved RUN as .png or .svg.

    NAME is overview, throughput, latency, split, versions, hosts, shares (of hosts and
    localities), ejections (with the reason), health (and panic), ring (who owns which share of the
    keys), queues (requests inside), waiting (for a worker), utilisation, inflight (by hop),
    amplification (by layer), goodput (against offered load), replicas, failures, topology, or
    compare (two runs side by side).
    """
    from meshsim.plot import figure
    from meshsim.plot.style import write_figure
    from meshsim.store import load_record

    path = path or run / f"{name}.png"
    if path.suffix.lower() not in (".png", ".svg"):
        raise click.UsageError(f"--out: a picture is .png or .svg, not {path.name!r}")
    if (name == "compare") != (options["against"] is not None):
        raise click.UsageError("compare and --against RUN2 belong together")
    record = load_record(run)
    try:
        if name == "compare":
            picture = _compared(record, options["against"], options["labels"])
        else:
            chosen = {k: options[k] for k in ("service", "load") if options[k] is not None}
            picture = figure(record, name, **chosen)
    except (KeyError, ValueError) as error:
        raise click.UsageError(str(error.args[0])) from error
    write_figure(picture, path)
    out.give(str(path))
    out.finish(OK, {"path": str(path)})


def _compared(record: Any, against: Path, labels: str) -> Any:
    from meshsim.plot import compare_runs
    from meshsim.store import load_record

    names = labels.split(",")
    if len(names) != 2:
        raise ValueError("--labels takes two names with a comma between")
    return compare_runs(record, load_record(against), labels=(names[0], names[1]))


__all__ = ["command"]
