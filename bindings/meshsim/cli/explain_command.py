"""`meshsim explain`: one request of a saved run as a story."""

from pathlib import Path

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INVALID, OK, Output, verb

EXAMPLE = """\b
Example:
  meshsim run shop.yaml --set record.requests=true --out out
  meshsim explain out --slowest 1
  meshsim explain out --error
  meshsim explain out --request 4711
"""


@click.command("explain", epilog=EXAMPLE)
@click.argument("run", default="out", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--request", type=click.IntRange(0), metavar="ID", help="This request.")
@click.option("--slowest", type=click.IntRange(1), metavar="N", help="The N slowest ones.")
@click.option("--error", is_flag=True, help="The first one that failed.")
@common_options
@verb
def command(out: Output, run: Path, request: int | None, slowest: int | None, error: bool) -> None:
    """Tell requests of the saved RUN: each decision, and the rule's file and line.

    Without an option: the slowest one. The run must have kept requests (`record` in the scenario).
    """
    from meshsim import stories
    from meshsim.store import load_record

    if sum(x is not None and x is not False for x in (request, slowest, error)) > 1:
        raise click.UsageError("give one of --request, --slowest and --error")
    record = load_record(run)
    if request is not None:
        chosen = [request]
    elif error:
        chosen = stories.failed(record, 1)
    else:
        chosen = stories.slowest(record, slowest or 1)
    try:
        told = [stories.explain(record, each) for each in chosen]
    except KeyError as unknown:
        out.complain(str(unknown.args[0]))
        out.finish(INVALID, error=str(unknown.args[0]))
        return
    if not told:
        text = stories.nothing_kept(record, failed=error)
        out.complain(text)
        out.finish(INVALID, error=text)
    out.give("\n\n".join(story.rstrip("\n") for story in told))
    out.finish(OK, {"requests": [{"id": i, "story": s} for i, s in zip(chosen, told, strict=True)]})


__all__ = ["command"]
