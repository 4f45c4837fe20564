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
  meshsim export outlier-log out --proxy shop-0
"""


@click.command("export", epilog=EXAMPLE)
@click.argument("format", type=click.Choice(["envoy-bootstrap", "outlier-log"]))
@click.argument("source", metavar="SCENARIO|CASE|RUN")
@click.option(
    "--workload", metavar="NAME[.NAMESPACE]",
    help="envoy-bootstrap: whose proxy, a workload with a sidecar or a gateway.",
)  # fmt: skip
@click.option(
    "--listen", default="127.0.0.1", metavar="ADDRESS",
    help="envoy-bootstrap: where its listeners are.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0,
    help="envoy-bootstrap: only the outbound listener of this port; 0 = all.",
)  # fmt: skip
@click.option(
    "--proxy", default="", metavar="POD", help="outlier-log: whose log; without it those of all."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write it to a file.")
@common_options
@verb
def command(
    out: Output, format: str, source: str, workload: str | None, listen: str,  # noqa: A002
    port: int, proxy: str, output: Path | None,
) -> None:  # fmt: skip
    """Write what other programs read.

    envoy-bootstrap: the configuration of a real Envoy that decides as a simulated proxy does.
    SCENARIO is a file or folder as for `run`, CASE the folder of a recorded case. The bootstrap has
    the listeners, routes, filters and clusters of one workload's proxy at the start of the run;
    every listener gets a free port, which Envoy's admin interface tells under /listeners.

    outlier-log: the ejections of a RUN, the folder that `run --out` wrote, as the JSON lines of
    Envoy's outlier event log.
    """
    if format == "outlier-log":
        return _outlier_log(out, source, proxy, output)
    if workload is None:
        raise click.UsageError("Missing option '--workload'.")
    from meshsim.export import bootstrap_and_problems, read

    text, found = bootstrap_and_problems(read(source), workload, listen=listen, port=port)
    out.show(found)
    if text is None:
        count = sum(d.severity == "error" for d in found)
        error = f"{source}: {count} error{'' if count == 1 else 's'}; nothing was written"
        out.complain(error)
        out.finish(INVALID, error=error)
        return None
    _give(out, text, output)
    path = None if output is None else str(output)
    out.finish(OK, {"format": format, "path": path, "document": json.loads(text)})
    return None


def _outlier_log(out: Output, source: str, proxy: str, output: Path | None) -> None:
    from meshsim.export import outlier_log
    from meshsim.store import load_record

    record = load_record(source)
    try:
        text = outlier_log(record, proxy=proxy)
    except ValueError as error:
        raise click.UsageError(f"--proxy: {error}") from error
    _give(out, text, output)
    path = None if output is None else str(output)
    lines = [json.loads(line) for line in text.splitlines()]
    out.finish(OK, {"format": "outlier-log", "path": path, "document": lines})


def _give(out: Output, text: str, output: Path | None) -> None:
    if output is None:
        if text:
            out.give(text.rstrip("\n"))
        return
    from meshsim.store import atomic_write

    atomic_write(output, text.encode())
    out.say(f"wrote {output}")


__all__ = ["command"]
