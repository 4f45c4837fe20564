"""`meshsim report`: a saved run as HTML, PNG or Markdown."""

from pathlib import Path

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import OK, Output, verb

EXAMPLE = """\b
Example:
  meshsim run scenarios/bookinfo_canary --out out
  meshsim report out                          # out/report.html
  meshsim report out --format md >> "$GITHUB_STEP_SUMMARY"
"""


@click.command("report", epilog=EXAMPLE)
@click.argument("run", default="out", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--format", "kind", type=click.Choice(["html", "png", "md"]), default="html", show_default=True
)
@click.option(
    "--out", "path", type=click.Path(path_type=Path),
    help="File; RUN/report.html or .png by default, standard output for md.",
)  # fmt: skip
@common_options
@verb
def command(out: Output, run: Path, kind: str, path: Path | None) -> None:
    """Write the saved RUN as one HTML file that opens offline, as PNG, or as Markdown."""
    from meshsim.store import atomic_write, load_record

    record = load_record(run)
    if kind == "md":
        from meshsim.report_markdown import markdown

        text = markdown(record)
        if path is None:
            out.give(text.rstrip("\n"))
        else:
            atomic_write(path, text.encode())
            out.give(str(path))
        out.finish(OK, {"path": None if path is None else str(path), "markdown": text})
        return
    path = path or run / f"report.{kind}"
    if kind == "html":
        record.report(path)
    else:
        from meshsim.plot import figure
        from meshsim.plot.style import png_bytes

        atomic_write(path, png_bytes(figure(record, "overview")))
    out.give(str(path))
    out.finish(OK, {"path": str(path)})


__all__ = ["command"]
