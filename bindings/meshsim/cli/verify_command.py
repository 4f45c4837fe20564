"""`meshsim verify`: repeat recordings of a real Envoy and compare row by row."""

import json
import shutil
import sys
from pathlib import Path

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INTERRUPTED, INVALID, OK, THRESHOLD, Output, verb

EXAMPLE = """\b
Example:
  meshsim verify recordings/envoy
  meshsim verify recordings/envoy/retry-on-matrix --misses
  meshsim verify recordings/envoy --json --all > ours.json
"""


@click.command("verify", epilog=EXAMPLE)
@click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path)
)
@click.option("--misses", is_flag=True, help="Print only the rows that do not hold.")
@click.option(
    "--all", "everything", is_flag=True,
    help='With --json: also "scalars" and "series", all our measures in the form of expected.json.',
)  # fmt: skip
@click.option("--threads", type=click.IntRange(0), default=0, help="0 = one per core.")
@common_options
@verb
def command(
    out: Output, folders: tuple[Path, ...], misses: bool, everything: bool, threads: int
) -> None:
    """Repeat the recorded experiments in FOLDERs and compare ours with Envoy's.

    A FOLDER is a case (case.yaml, istio.yaml, expected.json) or holds cases. One line a row: ours,
    Envoy's mean and spread, the difference, the verdict. Exit code 99 when a row does not hold, 65
    when a case cannot be read; such a case does not stop the others.

    --json prints {"rows": [{"case", "measure", "kind", "ours": [one value a run], "holds"}]}.
    """
    from meshsim.cli.progress import shown_progress
    from meshsim.cli.verify_text import verify_text
    from meshsim.recordings import verify

    if everything and not out.json:
        raise click.UsageError("--all belongs to --json")
    with shown_progress(out.progress, quiet=out.quiet, counted="cases") as progress:
        done = verify(*folders, threads=threads, progress=progress)
    interrupted = any(not case.finished and not case.broken for case in done.cases)
    for case in done.cases:
        out.show(d for d in case.diagnostics if case.broken or not (case.holds or out.json))
    if out.json:
        print(json.dumps(done.to_dict(everything=everything), ensure_ascii=False))  # noqa: T201
    else:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if terminal else None
        out.say(verify_text(done, misses=misses, width=width, color=out.color is not False))
    if interrupted:
        out.complain("interrupted; cases that were not finished have no rows")
    code = OK if done.holds else THRESHOLD
    code = INTERRUPTED if interrupted else INVALID if done.broken else code
    click.get_current_context().exit(code)


__all__ = ["command"]
