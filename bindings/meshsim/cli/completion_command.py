"""`meshsim completion`: the script that teaches a shell our verbs and options."""

import click

from meshsim.cli.options import common_options
from meshsim.cli.output import INTERNAL, OK, Output, verb

EXAMPLE = """\b
Example:
  meshsim completion bash > ~/.local/share/bash-completion/completions/meshsim
  meshsim completion zsh  > "${fpath[1]}/_meshsim"
  meshsim completion fish > ~/.config/fish/completions/meshsim.fish
"""


@click.command("completion", epilog=EXAMPLE)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common_options
@verb
def command(out: Output, shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from meshsim.cli import cli

    kind = get_completion_class(shell)
    if kind is None:
        out.complain(f"no completion for {shell}")
        out.finish(INTERNAL, error=f"no completion for {shell}")
        return
    script = kind(cli, {}, "meshsim", "_MESHSIM_COMPLETE").source()
    out.give(script)
    out.finish(OK, {"shell": shell, "script": script})


__all__ = ["command"]
