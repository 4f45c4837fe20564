"""`meshsim export`: what other programs read."""

import json
from pathlib import Path

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INVALID, OK, Output, verb

EXAMPLE = """\b
Example:
  meshsim export envoy-bootstrap scenarios/bookinfo_canary --workload productpage-v1
  meshsim export envoy-bootstrap shop.yaml --workload cart.shop --output cart.json
  envoy --config-path cart.json
"""


@click.command("export", epilog=EXAMPLE)
@click.argument("format", type=click.Choice(["envoy-bootstrap"]))
@click.argument("source", metavar="SCENARIO|CASE")
@click.option(
    "--workload", required=True, metavar="NAME[.NAMESPACE]",
    help="Whose proxy: a workload with a sidecar, or a gateway.",
)  # fmt: skip
@click.option("--listen", default="127.0.0.1", metavar="ADDRESS", help="Where its listeners are.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0,
    help="Only the outbound listener of this port; 0 = all.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), help="Write it to a file.")
@common_options
@verb
def command(
    out: Output, format: str, source: str, workload: str, listen: str, port: int,  # noqa: A002
    output: Path | None,
) -> None:  # fmt: skip
    """Write the configuration of a real Envoy that decides as a simulated proxy does.

    SCENARIO is a file or folder as for `run`, CASE the folder of a recorded case. The bootstrap has
    the listeners, routes, filters and clusters of one workload's proxy at the start of the run;
    every listener gets a free port, which Envoy's admin interface tells under /listeners.
    """
    from meshsim.export import bootstrap_and_problems, read

    text, found = bootstrap_and_problems(read(source), workload, listen=listen, port=port)
    out.show(found)
    if text is None:
        count = sum(d.severity == "error" for d in found)
        error = f"{source}: {count} error{'' if count == 1 else 's'}; nothing was written"
        out.complain(error)
        out.finish(INVALID, error=error)
        return
    if output is None:
        out.give(text.rstrip("\n"))
    else:
        from meshsim.store import atomic_write

        atomic_write(output, text.encode())
        out.say(f"wrote {output}")
    path = None if output is None else str(output)
    out.finish(OK, {"format": format, "path": path, "document": json.loads(text)})


__all__ = ["command"]
