"""`meshsim schema`: the JSON Schema of scenarios and of results."""

import json
from pathlib import Path

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import OK, Output, verb

EXAMPLE = """\b
Example:
  meshsim schema --out meshsim.schema.json
  # then, as the first line of scenario.yaml:
  # yaml-language-server: $schema=./meshsim.schema.json
"""


@click.command("schema", epilog=EXAMPLE)
@click.argument("which", type=click.Choice(["scenario", "results"]), default="scenario")
@click.option("--out", "path", type=click.Path(path_type=Path), help="Write it to a file.")
@common_options
@verb
def command(out: Output, which: str, path: Path | None) -> None:
    """Print a JSON Schema (draft 2020-12).

    `scenario` (the default) describes scenario files: editors complete and check them with it.
    `results` describes the envelope that `--json` prints.
    """
    text = schema_text(which)
    if path is None:
        out.give(text)
    else:
        from meshsim.store import atomic_write

        atomic_write(path, (text + "\n").encode())
        out.say(f"wrote {path}")
    out.finish(OK, {"schema": json.loads(text), "path": None if path is None else str(path)})


def schema_text(which: str) -> str:
    """The schema as indented JSON."""
    if which == "scenario":
        from meshsim._native import core

        return json.dumps(json.loads(core.scenario_json_schema()), indent=2)
    source = Path(__file__).with_name("results.schema.json")
    return json.dumps(json.loads(source.read_text("utf-8")), indent=2)


__all__ = ["command", "schema_text"]
