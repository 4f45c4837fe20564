"""What a verb prints and how it ends: text or one JSON envelope, and the exit code."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from meshsim.cli.options import settings_of

if TYPE_CHECKING:
    from meshsim._core import Diagnostic

ENVELOPE = "meshsim.dev/cli/v1"

OK, INTERNAL, USAGE, INVALID, ISSUES, WORSE, THRESHOLD, INTERRUPTED = 0, 1, 2, 65, 79, 98, 99, 130


class Output:
    """Answers on stdout, remarks on stderr; with --json one envelope at the end and no other."""

    def __init__(self, ctx: click.Context) -> None:
        settings = settings_of(ctx)
        self.command = ctx.info_name or ""
        self.json: bool = settings["json"]
        self.quiet: bool = settings["quiet"]
        self.seed: int | None = settings["seed"]
        self.progress: str = settings["progress"]
        self.color: bool | None = False if settings["no_color"] else None
        self.diagnostics: list[dict[str, Any]] = []

    def say(self, text: str = "") -> None:
        """A part of the answer."""
        if not (self.json or self.quiet):
            click.echo(text, color=self.color)

    def give(self, text: str) -> None:
        """The answer itself (YAML, a schema, a story): --quiet does not silence it."""
        if not self.json:
            click.echo(text, color=self.color)

    def remark(self, text: str) -> None:
        """Something beside the answer."""
        if not self.quiet:
            click.echo(text, err=True, color=self.color)

    def complain(self, text: str) -> None:
        """An error: always printed."""
        click.echo(click.style("error: ", fg="red", bold=True) + text, err=True, color=self.color)

    def show(self, found: Iterable["Diagnostic"], *, on_stdout: bool = False) -> None:
        """Prints diagnostics with their source lines; --quiet keeps the errors."""
        from meshsim.cli.diagnostics_text import Sources, render
        from meshsim.plan import diagnostic_dict

        sources = Sources()
        for d in found:
            self.diagnostics.append(diagnostic_dict(d))
            if (self.quiet and d.severity != "error") or (self.json and on_stdout):
                continue
            click.echo(render(d, sources), err=not on_stdout, color=self.color)

    def finish(self, code: int, data: Mapping[str, Any] | None = None, error: str = "") -> None:
        """Ends the verb."""
        if self.json:
            import meshsim

            envelope = {
                "format": ENVELOPE,
                "version": meshsim.__version__,
                "command": self.command,
                "exit_code": code,
                "diagnostics": self.diagnostics,
                "error": error or None,
                "data": data,
            }
            click.echo(json.dumps(_finite(envelope), ensure_ascii=False, allow_nan=False))
        click.get_current_context().exit(code)


def _finite(value: Any) -> Any:
    """JSON knows no NaN: null instead."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(v) for v in value]
    return value


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a verb its `Output` and turns exceptions into messages and exit codes."""

    @click.pass_context
    @functools.wraps(function)
    def guarded(ctx: click.Context, *args: Any, **kwargs: Any) -> None:
        out = Output(ctx)
        try:
            function(out, *args, **kwargs)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except KeyboardInterrupt:
            out.complain("interrupted")
            out.finish(INTERRUPTED, error="interrupted")
        except BrokenPipeError:  # the reader has gone, as `| head` does: nobody to tell
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
            ctx.exit(OK)
        except Exception as error:
            _explain_failure(out, error)

    return guarded


def _explain_failure(out: Output, error: Exception) -> None:
    from meshsim.errors import MemoryLimitExceeded, RecordError, ScenarioErrors

    if isinstance(error, ScenarioErrors):
        out.show(error.diagnostics)
        text = str(error).splitlines()[0]
        out.complain(text)
        out.finish(INVALID, error=text)
    if isinstance(error, MemoryLimitExceeded | RecordError):
        text = str(error)
        if isinstance(error, MemoryLimitExceeded):
            text += "; raise run.memoryLimit, shorten the run or keep fewer requests"
        out.complain(text)
        out.finish(INVALID, error=text)
    if isinstance(error, OSError):
        text = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
        out.complain(text)
        out.finish(INTERNAL, error=text)
    if os.environ.get("MESHSIM_DEBUG"):
        raise error
    text = f"internal error: {type(error).__name__}: {error}"
    out.complain(
        f"{text}\nThis is a fault of meshsim. Please report it with the command, the scenario and "
        "the output of the same command under MESHSIM_DEBUG=1."
    )
    out.finish(INTERNAL, error=text)


__all__ = [
    "ENVELOPE", "INTERNAL", "INTERRUPTED", "INVALID", "ISSUES", "OK", "THRESHOLD", "USAGE",
    "WORSE",
    "Output", "verb",
]  # fmt: skip
