"""The arguments and options of `guidang feeds`, and their conversion to settings.

A command with `cls=SettingsCommand` has an option for each declared feed setting. These options are
made only when the command is used, because loading the declarations takes time.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_origin

import typer
from typer.core import TyperCommand

from ingest.errors import UsageError
from ingest.messages import _

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from typer._click import Context, Parameter

    from ingest.config import FeedSettings

FeedName = Annotated[
    str, typer.Argument(metavar="FEED", help="The feed's number, address or title.")
]
FeedNames = Annotated[
    list[str], typer.Argument(metavar="FEED...", help="The feeds' numbers, addresses or titles.")
]
_NOT_GIVEN: tuple[object, ...] = (None, (), [])
_GIVEN = "ingest.cli.feed_options.given"


class SettingsCommand(TyperCommand):
    """A command with an option for every feed setting; `given_settings` returns their values."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Return the command's own parameters and the options of the settings, help last."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_options(), help_option]

    def invoke(self, ctx: Context) -> Any:
        """Run the command; store the options of settings apart from the command's own arguments."""
        given = {str(one.name): ctx.params.pop(str(one.name)) for one in _options()}
        ctx.meta[_GIVEN] = {name: value for name, value in given.items() if value not in _NOT_GIVEN}
        return super().invoke(ctx)


def given_settings(ctx: typer.Context) -> dict[str, Any]:
    """Return the options that were given to a `SettingsCommand`, by the name of the setting."""
    return dict(ctx.meta[_GIVEN])


@cache
def _options() -> tuple[Parameter, ...]:
    """Return the options for all settings that have an option."""
    from ingest.config import FeedSettings
    from ingest.config.feed_settings import option_of

    def settings() -> None: ...

    settings.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            _parameter(name, option, field)
            for name, field in FeedSettings.model_fields.items()
            if (option := option_of(name))
        ]
    )
    app = typer.Typer(add_completion=False)
    app.command()(settings)
    return tuple(one for one in typer.main.get_command(app).params if one.name != "help")


def _parameter(name: str, option: str, field: FieldInfo) -> inspect.Parameter:
    is_list = get_origin(field.annotation) is tuple
    text = _(field.description or "")
    if is_list:
        text = _("{text} Repeat the option for each.", text=text)
    kind = list[str] | None if is_list else str | None
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind, typer.Option(option, help=text)],
    )


def settings_of(given: dict[str, Any]) -> FeedSettings:
    """Return settings with these values; raise `UsageError` if a value is not valid."""
    from ingest.config.feed_settings import option_of, settings_or_problems

    found = settings_or_problems(given)
    if isinstance(found, dict):
        problems = (f"{option_of(name)}: {problem}" for name, problem in found.items())
        raise UsageError("; ".join(problems))
    return found
