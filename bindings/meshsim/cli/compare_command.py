"""`meshsim compare`: run two scenarios on the same seeds, say with an interval which is better."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INTERRUPTED, OK, WORSE, Output, verb

if TYPE_CHECKING:
    from meshsim.study import Comparison

EXAMPLE = """\b
Example:
  meshsim compare scenarios/bookinfo_breaker/without-limits.yaml scenarios/bookinfo_breaker
  meshsim compare shop.yaml --set-b load.shoppers.open.rate=900 --metric p99 --fail-if-worse
  meshsim compare before after --replications 40 --edge "productpage->reviews" --png out/ab.png
"""


@click.command("compare", epilog=EXAMPLE)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B", required=False)
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Once for each metric.")
@click.option("--edge", default="", metavar="HOP", help='Of one hop, e.g. "productpage->reviews".')
@click.option("--load", default="", metavar="NAME", help="Or of one load.")
@click.option("--ci", type=float, default=0.95, show_default=True, help="Confidence, 0 … 1.")
@click.option("--fail-if-worse", is_flag=True, help="Exit code 98 if B is worse in any metric.")
@click.option("--replications", type=click.IntRange(1), default=10, show_default=True)
@click.option("--independent", is_flag=True, help="B gets seeds of its own instead of those of A.")
@click.option("--threads", type=click.IntRange(0), default=0, help="0 = one per core.")
@click.option("--until", metavar="TIME", help="End of the runs; replaces run.until of both.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change both.")
@click.option("--set-b", "overrides_b", multiple=True, metavar="PATH=VALUE", help="Change B only.")
@click.option("--png", type=click.Path(path_type=Path), help="Picture to write.")
@common_options
@verb
def command(out: Output, a: str, b: str | None, **options: Any) -> None:
    """Run scenarios A and B on the same seeds and say, with an interval, what B changes.

    Runs of one seed are pairs: the same users come at the same instants (common random numbers),
    so that a few runs are enough. Without B, A is compared with itself under --set-b.

    Metrics: p50, p90, p99, p999, mean, max, error_rate, rps, goodput, retries.
    """
    from meshsim.cli.progress import shown_progress
    from meshsim.cli.run_command import compiled
    from meshsim.intervals import checked_confidence, checked_metrics
    from meshsim.study import compare

    if b is None and not options["overrides_b"]:
        raise click.UsageError("compare takes B, or --set-b to change A")
    try:
        checked_metrics(options["metrics"] or None)
        checked_confidence(options["ci"])
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    first = compiled(out, a, options["overrides"], options["until"], False)
    changes = (*options["overrides"], *options["overrides_b"])
    second = compiled(out, b or a, changes, options["until"], False)
    with shown_progress(out.progress, quiet=out.quiet) as progress:
        comparison = compare(
            first, second, replications=options["replications"], paired=not options["independent"],
            seed=out.seed, threads=options["threads"], progress=progress,
        )  # fmt: skip
    finished(out, comparison, (first.digest, second.digest), options)


def finished(
    out: Output, comparison: "Comparison", digests: tuple[str, str], options: dict[str, Any]
) -> None:
    """Prints and writes what there is to tell, and ends the verb."""
    from meshsim.cli.run_text import comparison_text

    asked = {
        "metrics": options["metrics"] or None,
        "ci": options["ci"],
        "edge": options["edge"],
        "load": options["load"],
    }
    rows = comparison.rows(**asked)
    artefacts = []
    if options["png"] is not None:
        from meshsim.plot.style import write_figure

        picture = write_figure(comparison.plot(**asked), options["png"])
        artefacts.append({"kind": "picture", "path": str(picture)})
    out.say(comparison_text(comparison, rows, digests, options["ci"], color=out.color))
    for artefact in artefacts:
        out.say(f"{artefact['kind']:<12}{artefact['path']}")
    worse = [row["metric"] for row in rows if row["verdict"] == "worse"]
    code, error = OK, ""
    if worse and options["fail_if_worse"]:
        code, error = WORSE, f"B is worse: {', '.join(worse)}"
        out.complain(error)
    if comparison.interrupted:
        code, error = INTERRUPTED, "interrupted; what was finished is kept"
        out.complain(error)
    data = {
        "a": digests[0],
        "b": digests[1],
        "paired": comparison.paired,
        "confidence": options["ci"],
        "seeds": comparison.a.seeds,
        "metrics": rows,
        "artefacts": artefacts,
    }
    out.finish(code, data, error)


__all__ = ["command"]
