"""Options that every verb has, before or after its name."""

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Keeps a given value for the whole call: the verb's own wins over the group's."""
    if value is not None and param.name is not None:
        settings: dict[str, Any] = ctx.ensure_object(dict)
        settings[param.name] = value
    return value


def common_options(function: F) -> F:
    """Adds --json, --quiet, --no-color, --seed and --progress."""
    shared: Any = {"expose_value": False, "callback": _remember, "default": None}
    options = [
        click.option("--json", is_flag=True, help="One JSON envelope on stdout.", **shared),
        click.option("--quiet", "-q", is_flag=True, help="Print errors only.", **shared),
        click.option("--no-color", is_flag=True, help="No colours; so does NO_COLOR.", **shared),
        click.option(
            "--seed",
            type=click.IntRange(0, 2**64 - 1),
            metavar="N",
            help="Of all random draws.",
            **shared,
        ),
        click.option(
            "--progress",
            type=click.Choice(["auto", "plain", "off"]),
            help="auto: a bar on stderr if it is a terminal.",
            **shared,
        ),
    ]
    return functools.reduce(lambda f, option: option(f), reversed(options), function)


def settings_of(ctx: click.Context) -> dict[str, Any]:
    """The common options with their defaults."""
    given: dict[str, Any] = ctx.ensure_object(dict)
    defaults = {"json": False, "quiet": False, "no_color": False, "seed": None, "progress": "auto"}
    settings = defaults | given
    settings["no_color"] = settings["no_color"] or bool(os.environ.get("NO_COLOR"))
    return settings


__all__ = ["common_options", "settings_of"]
