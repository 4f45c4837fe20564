"""The command line `meshsim`: verbs are imported when they are used, so `--help` is instant."""

import importlib
import sys

import click

from meshsim.cli.options import common_options

# Verb -> one line of help; the module is meshsim.cli.<verb> (with "_command") and its `command`.
VERBS = {
    "analyze": "Check YAML: every problem with its place, without running anything.",
    "compare": "Run two scenarios on the same seeds and say which is better.",
    "completion": "Print the completion script of a shell.",
    "explain": "Tell one request of a saved run as a story.",
    "export": "Write what other programs read: the configuration of a real Envoy.",
    "plot": "Draw one picture of a saved run.",
    "report": "Write a saved run as one HTML file, PNG or Markdown.",
    "run": "Simulate a scenario: table, thresholds, artefacts.",
    "schema": "Print the JSON Schema that makes an editor complete scenarios.",
    "verify": "Repeat recordings of a real Envoy and compare row by row.",
}

EXAMPLE = """\b
Example:
  meshsim analyze scenarios/bookinfo_canary
  meshsim run scenarios/bookinfo_canary --out out --report out/report.html
  meshsim run scenarios/bookinfo_canary --set load.shoppers.open.rate=400 --seed 9
  meshsim compare scenarios/bookinfo_breaker/without-limits.yaml scenarios/bookinfo_breaker
  meshsim explain out --slowest 1

\b
Exit codes:
  0 ok · 1 internal error · 2 usage · 65 invalid input · 79 analyze found issues
  98 compare: B is worse · 99 a threshold or a row of verify failed
  130 interrupted, what was finished is kept
"""


class Verbs(click.Group):
    """A group whose commands live in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All verbs, by name."""
        return sorted(VERBS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """The verb's command, imported now."""
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"meshsim.cli.{cmd_name}_command").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """The list in `--help`, without importing the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb of the arguments; a near miss is named in the error."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import meshsim

        click.echo(f"meshsim {meshsim.__version__}")
        ctx.exit()


@click.group(
    cls=Verbs,
    epilog=EXAMPLE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Print the version and leave.",
)  # fmt: skip
@common_options
def cli() -> None:
    """Simulate an Istio service mesh from the YAML that runs in production.

    A scenario file says what Kubernetes and Istio YAML cannot: how services behave, the load, the
    failures. The same scenario and seed give the same answer, always.
    """


def main() -> None:
    """The program `meshsim`."""
    try:
        code = cli.main(prog_name="meshsim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):  # before the verb could say it in its own words
        click.echo("error: interrupted", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


__all__ = ["VERBS", "cli", "main"]
